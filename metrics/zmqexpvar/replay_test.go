// SPDX-License-Identifier: Apache-2.0

package zmqexpvar_test

import (
	"encoding/json"
	"errors"
	"expvar"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/metrics/zmqexpvar"
	"github.com/gozmq/zmq/replay"
)

// newStream returns a publisher of three messages, and a subscriber that has them.
func newStream(t *testing.T, c *zmq.Context) (*replay.Publisher, *replay.Subscriber) {
	t.Helper()
	ctx := zmqtest.Deadline(t)
	p, err := replay.NewPublisher(replay.PublisherConfig{Stream: "prices", Context: c})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Bind("inproc://live"), p.BindReplay("inproc://replay")); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := p.Publish(ctx, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	s, err := replay.NewSubscriber(replay.SubscriberConfig{Context: c, Sources: []replay.Source{{
		Stream: "prices", Live: []string{"inproc://live"}, Replay: []string{"inproc://replay"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := s.Recv(ctx); err != nil {
			t.Fatal(err)
		}
	}
	return p, s
}

func object(t *testing.T, v expvar.Var) (members map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(v.String()), &members); err != nil {
		t.Fatalf("%v in %s", err, v)
	}
	return members
}

// wantFields: a program could not find a field that is left out or has another name.
func wantFields[T any](t *testing.T, members map[string]any) {
	t.Helper()
	word := regexp.MustCompile("([a-z])([A-Z])")
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		name := strings.ToLower(word.ReplaceAllString(f.Name, "${1}_$2"))
		if _, ok := members[name]; !ok && !f.Anonymous {
			t.Errorf("there is no %s in %v", name, members)
		}
	}
}

func TestVariablesOfAStream(t *testing.T) {
	c, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	p, s := newStream(t, c)
	defer func() { _, _ = p.Close(), s.Close() }()
	pub, sub := object(t, zmqexpvar.NewPublisher(p)), object(t, zmqexpvar.NewSubscriber(s))
	wantFields[replay.PublisherStats](t, pub)
	store := pub["store"].(map[string]any)
	wantFields[replay.State](t, store)
	wantFields[replay.SubscriberStats](t, sub)
	source := sub["sources"].([]any)[0].(map[string]any)
	wantFields[replay.SourceStats](t, source)
	if pub["published"] != 3.0 || store["next"] != 3.0 || source["next"] != 3.0 || source["replayed"].(float64)+source["live"].(float64) < 3 {
		t.Errorf("%v, %v", pub, sub)
	}
	if source["epoch"] != store["epoch"] {
		t.Errorf("epochs %v and %v", source["epoch"], store["epoch"])
	}
	if err := p.Store().Close(); err != nil {
		t.Fatal(err)
	}
	pub = object(t, zmqexpvar.NewPublisher(p))
	if why := fmt.Sprint(pub["store_error"]); pub["published"] != 3.0 || !strings.Contains(why, "closed") {
		t.Errorf("with a store that is closed: %v", pub)
	}
}

func ExampleNewPublisher() {
	c, _ := zmq.NewContext(zmq.ContextConfig{})
	p, _ := replay.NewPublisher(replay.PublisherConfig{Stream: "prices", Context: c})
	v := zmqexpvar.NewPublisher(p) // expvar.Publish gives it a name in /debug/vars
	var stats struct {
		Stream string
		Store  struct{ Next int }
	}
	_ = json.Unmarshal([]byte(v.String()), &stats)
	fmt.Println(stats.Stream, stats.Store.Next)
	_ = p.Close()
	_ = c.Close()
	// Output: prices 0
}
