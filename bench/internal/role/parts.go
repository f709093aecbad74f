// SPDX-License-Identifier: Apache-2.0

package role

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// part is one end of a measurement: a socket and what is done with it.
type part struct {
	config Config
	binds  bool
	play   func(s Socket, j job) error
}

var parts = map[string]part{
	"push":       {Config{Kind: Push}, false, push},
	"pull":       {Config{Kind: Pull}, true, pull},
	"curve-push": {Config{Kind: Push, Curve: true}, false, push},
	"curve-pull": {Config{Kind: Pull, Curve: true}, true, pull},
	"push-many":  {Config{Kind: Push}, false, pushMany},     // from EXTRA goroutines
	"pull-slow":  {Config{Kind: Pull}, true, pullSlow},      // EXTRA us of work each
	"push-parts": {Config{Kind: Push}, false, pushParts},    // EXTRA frames of SIZE each
	"pull-parts": {Config{Kind: Pull}, true, pullParts},     //
	"req":        {Config{Kind: Req}, false, ask},           // EXTRA round trips before the clock starts
	"rep":        {Config{Kind: Rep}, true, reply},          //
	"dealer":     {Config{Kind: Dealer}, false, ask},        //
	"router":     {Config{Kind: Router}, true, echo},        //
	"accept":     {Config{Kind: Router}, true, beThere},     //
	"xpub":       {Config{Kind: XPub}, true, publish},       // to EXTRA subscribers
	"topics":     {Config{Kind: XPub}, true, publishTopics}, // EXTRA topics of one subscriber
}

func push(s Socket, j job) error {
	return pushAll(s, j, func(body []byte) error { return s.Send(body) })
}

// pushAll sends and stays until the other end has everything.
func pushAll(s Socket, j job, send func([]byte) error) error {
	body := make([]byte, j.size)
	for range j.count {
		if err := send(body); err != nil {
			return err
		}
	}
	return stay(s, j)
}

func stay(s Socket, j job) error {
	if f, ok := s.(Flusher); ok {
		if err := f.Flush(); err != nil {
			return err
		}
	}
	<-j.done
	return nil
}

func pull(s Socket, j job) error {
	return pullAll(j, func() error { return recvOne(s, j.size) })
}

// pullAll measures from the arrival of the first message to that of the last.
func pullAll(j job, recv func() error) error {
	if err := recv(); err != nil {
		return err
	}
	start := time.Now()
	for range j.count - 1 {
		if err := recv(); err != nil {
			return err
		}
	}
	return j.say(Line{Messages: j.count - 1, Seconds: time.Since(start).Seconds()})
}

func recvOne(s Socket, size int) error {
	body, err := s.Recv()
	if err == nil && len(body) != size {
		err = fmt.Errorf("received %d bytes, want %d", len(body), size)
	}
	return err
}

func pushMany(s Socket, j job) error {
	if j.extra < 1 {
		return errors.New("no sender: EXTRA must be 1 or more")
	}
	send := s.Send
	if !s.Shared() {
		var mu sync.Mutex // what this library asks of its users
		send = func(body []byte) error {
			mu.Lock()
			defer mu.Unlock()
			return s.Send(body)
		}
	}
	sent := make(chan error, j.extra)
	for i := range j.extra {
		go func() {
			body := make([]byte, j.size)
			var err error
			for n := i; n < j.count && err == nil; n += j.extra {
				err = send(body)
			}
			sent <- err
		}()
	}
	for range j.extra {
		if err := <-sent; err != nil {
			return err
		}
	}
	return stay(s, j)
}

func pullSlow(s Socket, j job) error {
	work := time.Duration(j.extra) * time.Microsecond
	return pullAll(j, func() error {
		err := recvOne(s, j.size)
		for start := time.Now(); time.Since(start) < work; {
		}
		return err
	})
}

func pushParts(s Socket, j job) error {
	frames := make([][]byte, j.extra)
	for i := range frames {
		frames[i] = make([]byte, j.size)
	}
	return pushAll(s, j, func([]byte) error { return s.SendParts(frames) })
}

func pullParts(s Socket, j job) error {
	return pullAll(j, func() error {
		frames, bytes, err := s.RecvParts()
		if err == nil && (frames != j.extra || bytes != j.extra*j.size) {
			err = fmt.Errorf("received %d frames of %d bytes in all, want %d of %d each", frames, bytes, j.extra, j.size)
		}
		return err
	})
}

// ask measures round trips and tells of half of them.
func ask(s Socket, j job) error {
	body := make([]byte, j.size)
	micros := make([]float64, 0, j.count)
	begin := time.Now()
	for i := -j.extra; i < j.count; i++ {
		start := time.Now()
		if i == 0 {
			begin = start
		}
		if err := s.Send(body); err != nil {
			return err
		}
		if err := recvOne(s, j.size); err != nil {
			return err
		}
		if i >= 0 {
			micros = append(micros, float64(time.Since(start).Nanoseconds())/1e3/2)
		}
	}
	seconds := time.Since(begin).Seconds()
	slices.Sort(micros)
	if err := j.say(Line{Messages: j.count, Seconds: seconds, Median: micros[j.count/2], P99: micros[j.count*99/100]}); err != nil {
		return err
	}
	return stay(s, j)
}

func reply(s Socket, j job) error {
	body := make([]byte, j.size)
	for range j.count + j.extra {
		if err := recvOne(s, j.size); err != nil {
			return err
		}
		if err := s.Send(body); err != nil {
			return err
		}
	}
	return stay(s, j)
}

func echo(s Socket, j job) error {
	for range j.count + j.extra {
		if err := s.Echo(); err != nil {
			return err
		}
	}
	return stay(s, j)
}

// beThere lets the library accept connections by itself.
func beThere(_ Socket, j job) error {
	<-j.done
	return nil
}

// publish begins when the subscriptions of all have arrived.
func publish(s Socket, j job) error {
	for range j.extra {
		if _, err := s.Recv(); err != nil {
			return err
		}
	}
	return pushAll(s, j, s.Send)
}

// lastTopic is what the subscriber of publishTopics subscribes to at the end.
var lastTopic = []byte("\x01last")

// publishTopics sends messages to topics of nine digits, spread over all of them.
func publishTopics(s Socket, j job) error {
	if j.size < 9 || j.extra < 1 {
		return errors.New("a topic has 9 bytes: SIZE must be 9 or more, and EXTRA 1")
	}
	for {
		got, err := s.Recv()
		if err != nil {
			return err
		}
		if bytes.Equal(got, lastTopic) {
			break
		}
	}
	i := 0
	return pushAll(s, j, func(body []byte) error {
		i++
		topic(body, spread(i, j.extra))
		return s.Send(body)
	})
}

// spread picks one of n topics, the same in every program: far from the one
// before, so that caches do not help.
func spread(i, n int) int { return int(uint64(i) * 2654435761 % uint64(n)) }

// topic writes nine digits.
func topic(body []byte, n int) {
	for i := 8; i >= 0; i-- {
		body[i] = byte('0' + n%10)
		n /= 10
	}
}
