// SPDX-License-Identifier: Apache-2.0

package kvcache

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"
)

func packed(t testing.TB, v any) []byte {
	t.Helper()
	b, err := msgp.AppendIntf(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type list = []any

func decoded(t *testing.T, v any) *Batch {
	t.Helper()
	b, err := Decode(packed(t, v))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func one(t *testing.T, event any) Event {
	t.Helper()
	b := decoded(t, list{1.5, list{event}})
	if len(b.Events) != 1 {
		t.Fatalf("%d events", len(b.Events))
	}
	return b.Events[0]
}

func wantEqual(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestBatchIsAnArrayOrAMap(t *testing.T) {
	three := int64(3)
	events := list{list{"AllBlocksCleared"}}
	cleared := []Event{&AllBlocksCleared{}}
	wantEqual(t, decoded(t, list{1700000000.25, events}), &Batch{Seconds: 1700000000.25, Events: cleared})
	wantEqual(t, decoded(t, list{1.0, events, nil}), &Batch{Seconds: 1, Events: cleared})
	wantEqual(t, decoded(t, list{int64(1), events, 3}), &Batch{Seconds: 1, Events: cleared, Rank: &three})
	b := decoded(t, list{1.0, events, 3, "more"})
	wantEqual(t, b.More, []Field{{"", packed(t, "more")}})
	b = decoded(t, map[string]any{"ts": 1.0, "events": events, "data_parallel_rank": 3, "other": true})
	wantEqual(t, b, &Batch{Seconds: 1, Events: cleared, Rank: &three, More: []Field{{"other", packed(t, true)}}})
}

func TestTimeOfABatch(t *testing.T) {
	wantEqual(t, (&Batch{Seconds: 1700000000.5}).Time(), time.Unix(1700000000, 5e8))
	for _, s := range []float64{0, -1, math.Inf(1), math.Inf(-1), math.NaN(), 1e300} {
		if x := (&Batch{Seconds: s}).Time(); !x.IsZero() {
			t.Errorf("%v is %v", s, x)
		}
	}
}

func TestBlockStoredHasAllFormsOfItsFields(t *testing.T) {
	lora, group, parent := int64(7), int64(2), Hash{Value: 9}
	full := &BlockStored{
		Blocks: []Hash{{Value: 1}, {Value: math.MaxUint64}, {Value: 1<<64 - 5}, {0x0203040506070809, "\x01\x02\x03\x04\x05\x06\x07\x08\x09"}, {0x0102, "\x01\x02"}},
		Parent: &parent, Tokens: []Token{{ID: 10}, {11, 12, true}}, BlockSize: 16, LoRAID: &lora,
		Medium: "CPU_PINNED", LoRAName: "adapter", ExtraKeys: packed(t, list{"salt"}), Group: &group,
	}
	blocks := list{1, uint64(math.MaxUint64), -5, []byte("\x01\x02\x03\x04\x05\x06\x07\x08\x09"), []byte{1, 2}}
	tokens := list{10, list{11, 12}}
	array := list{"BlockStored", blocks, 9, tokens, 16, 7, "CPU_PINNED", "adapter", list{"salt"}, 2}
	wantEqual(t, one(t, array), full)
	wantEqual(t, one(t, packed(t, array)), full) // in a bin
	wantEqual(t, one(t, map[string]any{
		"type": "BlockStored", "block_hashes": blocks, "parent_block_hash": 9, "token_ids": tokens, "block_size": 16, "lora_id": 7,
		"medium": "CPU_PINNED", "lora_name": "adapter", "extra_keys": list{"salt"}, "group_idx": 2,
	}), full)
	wantEqual(t, one(t, list{"BlockStored", list{1}, nil, list{}, 16, nil}), &BlockStored{Blocks: []Hash{{Value: 1}}, BlockSize: 16})
	wantEqual(t, one(t, list{"BlockStored", list{1}, nil, list{}, 16, nil, nil, nil, nil, nil}), &BlockStored{Blocks: []Hash{{Value: 1}}, BlockSize: 16})
}

func TestWhatIsNotKnownIsKept(t *testing.T) {
	e := one(t, append(list{"BlockRemoved", list{1}, "GPU", nil}, "later", 5))
	wantEqual(t, e, &BlockRemoved{Blocks: []Hash{{Value: 1}}, Medium: "GPU", More: []Field{{"", packed(t, "later")}, {"", packed(t, 5)}}})
	e = one(t, map[string]any{"type": "BlockRemoved", "block_hashes": list{1}, "x": 1})
	wantEqual(t, e, &BlockRemoved{Blocks: []Hash{{Value: 1}}, More: []Field{{"x", packed(t, 1)}}})
	e = one(t, list{"AllBlocksCleared", 1})
	wantEqual(t, e, &AllBlocksCleared{More: []Field{{"", packed(t, 1)}}})
	raw := packed(t, list{"BlockMoved", 1})
	wantEqual(t, one(t, msgp.Raw(raw)), &Unknown{Tag: "BlockMoved", Raw: raw})
}

// An event that cannot be read does not hide those beside it.
func TestEventsThatCannotBeRead(t *testing.T) {
	for _, event := range []any{
		list{}, "text", nil, 5, list{5}, map[string]any{"x": 1}, []byte{0xc1}, []byte{},
		list{"BlockStored", 5}, list{"BlockStored", list{1.5}}, list{"BlockRemoved", list{list{}}},
		list{"BlockStored", list{1}, nil, list{list{1, 2, 3}}, 16},
	} {
		b := decoded(t, list{1.0, list{event, list{"AllBlocksCleared"}}})
		u, ok := b.Events[0].(*Unknown)
		if !ok || u.Err == nil || string(u.Raw) != string(packed(t, event)) {
			t.Errorf("%v became %+v", event, b.Events[0])
		}
		wantEqual(t, b.Events[1], &AllBlocksCleared{})
	}
}

func TestPayloadsThatAreNoBatch(t *testing.T) {
	whole := packed(t, list{1.0, list{list{"BlockStored", list{1}, nil, list{1, 2}, 16, nil}}, 1})
	for n := range whole {
		if b, err := Decode(whole[:n]); !errors.Is(err, ErrFormat) {
			t.Errorf("%d of %d bytes: %+v, %v", n, len(whole), b, err)
		}
	}
	for _, v := range []any{5, "text", list{}, list{1.0}, map[string]any{"ts": 1.0}, list{1.0, 5}, list{"now", list{}}, list{1.0, list{}, "rank"}} {
		if b, err := Decode(packed(t, v)); !errors.Is(err, ErrFormat) {
			t.Errorf("%v: %+v, %v", v, b, err)
		}
	}
}

// Lengths that a payload announces cost nothing.
func TestMemoryIsInProportionToThePayload(t *testing.T) {
	huge := []byte{0xdd, 0xff, 0xff, 0xff, 0xff} // an array of 2^32-1 items
	payloads := [][]byte{
		huge, append([]byte{0x92, 1}, huge...),
		append([]byte{0x92, 1, 0x91, 0x92, 0xab}, append([]byte("BlockStored"), huge...)...),
		{0xdf, 0xff, 0xff, 0xff, 0xff}, {0xc6, 0xff, 0xff, 0xff, 0xff},
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, p := range payloads {
		if b, err := Decode(p); err == nil {
			t.Errorf("%x is %+v", p, b)
		}
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes", n)
	}
}

// Writers of MessagePack choose widths: here the bytes are written by hand, after its
// specification, each length and integer wider than it must be.
func TestDecodeOfWideForms(t *testing.T) {
	payload := "\xdc\x00\x03" + // array 16
		"\xcb\x41\xd9\x54\xfc\x40\x20\x00\x00" + // float 64
		"\xdd\x00\x00\x00\x03" + // array 32
		"\x98" + "\xd9\x0bBlockStored" + // str 8
		"\xdc\x00\x03" + "\xcf\xff\xff\xff\xff\xff\xff\xff\xff" + "\xd3\xff\xff\xff\xff\xff\xff\xff\xff" + "\xc5\x00\x09\x01\x02\x03\x04\x05\x06\x07\x08\x09" +
		"\xc0" + "\x94\xcc\x01\xcd\x00\x02\xce\x00\x00\x00\x03\x92\x04\x05" + "\xd1\x00\x10" + "\xc0" + "\xda\x00\x03GPU" + "\xc0" +
		"\xde\x00\x02" + "\xa4type" + "\xdb\x00\x00\x00\x0cBlockRemoved" + "\xa7unknown" + "\xd4\x01\x00" + // map 16, an extension
		"\xc4\x12" + "\x91\xb0AllBlocksCleared" + // bin 8
		"\xd0\x02"
	b, err := Decode([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	rank := int64(2)
	wantEqual(t, b, &Batch{Seconds: 1700000000.5, Rank: &rank, Events: []Event{
		&BlockStored{
			Blocks: []Hash{{Value: math.MaxUint64}, {Value: math.MaxUint64}, {0x0203040506070809, "\x01\x02\x03\x04\x05\x06\x07\x08\x09"}},
			Tokens: []Token{{ID: 1}, {ID: 2}, {ID: 3}, {4, 5, true}}, BlockSize: 16, Medium: "GPU",
		},
		&BlockRemoved{More: []Field{{"unknown", []byte("\xd4\x01\x00")}}},
		&AllBlocksCleared{},
	}})
}

func FuzzDecode(f *testing.F) {
	for _, v := range []any{
		list{1.0, list{list{"BlockStored", list{1, []byte("12345678")}, 1, list{1, list{2, 3}}, 16, nil, "GPU", "x", list{}, 1}}, 1},
		list{1.0, list{list{"BlockRemoved", list{1}}, packed(f, list{"AllBlocksCleared"}), map[string]any{"type": "x", "y": nil}}, nil, 5},
		map[string]any{"ts": 1.0, "events": list{map[string]any{"type": "BlockRemoved", "block_hashes": list{}}}},
	} {
		f.Add(packed(f, v))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		b, err := Decode(payload)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		b.Time()
		for _, e := range b.Events {
			if u, ok := e.(*Unknown); ok && len(u.Raw) == 0 {
				t.Fatal("an event without bytes")
			}
		}
	})
}

func ExampleDecode() {
	payload, _ := msgp.AppendIntf(nil, list{1700000000.0, list{
		list{"BlockStored", list{101, 102}, nil, list{1, 2, 3, 4}, 2, nil, "GPU"},
		list{"BlockRemoved", list{101}, "GPU"},
		list{"AllBlocksCleared"},
	}, 0})

	batch, err := Decode(payload)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, event := range batch.Events {
		switch e := event.(type) {
		case *BlockStored:
			fmt.Println("stored", len(e.Blocks), "blocks of", e.BlockSize, "tokens in", e.Medium)
		case *BlockRemoved:
			fmt.Println("removed", e.Blocks[0].Value)
		case *AllBlocksCleared:
			fmt.Println("cleared")
		case *Unknown:
			fmt.Println("unknown", e.Tag)
		}
	}
	// Output:
	// stored 2 blocks of 2 tokens in GPU
	// removed 101
	// cleared
}

// A payload that nests as deep as it is long does not use up the stack.
func TestDeepNesting(t *testing.T) {
	deep := make([]byte, 4<<20)
	for i := range deep {
		deep[i] = 0x91
	}
	if b, err := Decode(append([]byte{0x92, 1, 0x91}, deep...)); !errors.Is(err, ErrFormat) {
		t.Errorf("%+v, %v", b, err)
	}
	deep[len(deep)-1] = 0xc0
	for _, p := range [][]byte{append([]byte{0x92, 1, 0x91}, deep...), append([]byte{0x93, 1, 0x90, 0xc0}, deep...)} {
		_, _ = Decode(p)
	}
}
