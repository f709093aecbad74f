// SPDX-License-Identifier: Apache-2.0

package top

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gdamore/tcell/v2"
)

// Screen shows a view on a terminal until its user has enough of it.
type Screen struct {
	Terminal tcell.Screen  // is initialised and finished by Run
	Programs *Programs     // are asked
	View     *View         // of what they answer; keys change it
	Interval time.Duration // between two questions

	asked    sync.WaitGroup // runs while the programs are asked
	lines    []Line
	selected string // the key of a socket
	first    int    // of the lines that is shown
	paused   bool
}

var styles = map[Style]tcell.Style{
	Plain:   tcell.StyleDefault,
	Head:    tcell.StyleDefault.Underline(true),
	Program: tcell.StyleDefault.Bold(true),
	Bad:     tcell.StyleDefault.Foreground(tcell.ColorRed),
	Faint:   tcell.StyleDefault.Dim(true),
}

// Run shows the view until the key q, or the end of the context.
func (s *Screen) Run(ctx context.Context) error {
	if err := s.Terminal.Init(); err != nil {
		return err
	}
	defer s.Terminal.Fini()
	events, quit := make(chan tcell.Event), make(chan struct{})
	polling := make(chan struct{})
	go func() {
		defer close(polling)
		s.Terminal.ChannelEvents(events, quit)
	}()
	defer func() {
		close(quit)
		<-polling
	}()
	ctx, cancel := context.WithCancel(ctx)
	defer s.asked.Wait()
	defer cancel()
	answers := make(chan []Answer, 1)
	s.ask(ctx, answers)
	tick := time.NewTicker(s.Interval)
	defer tick.Stop()
	asking := true
	for {
		select {
		case <-ctx.Done():
			return nil
		case list := <-answers:
			asking = false
			if !s.paused {
				s.View.Add(list)
				s.draw()
			}
		case <-tick.C:
			if !asking {
				asking = true
				s.ask(ctx, answers)
			}
		case e, open := <-events:
			if !open || s.obey(e) {
				return nil
			}
			s.draw()
		}
	}
}

// ask asks the programs in the background, so that keys are obeyed meanwhile.
func (s *Screen) ask(ctx context.Context, answers chan<- []Answer) {
	s.asked.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, max(5*s.Interval, 5*time.Second))
		defer cancel()
		answers <- s.Programs.Fetch(ctx)
	})
}

// obey does what a key asks for, and reports whether it is the end.
func (s *Screen) obey(e tcell.Event) (end bool) {
	key, ok := e.(*tcell.EventKey)
	if !ok {
		if _, resized := e.(*tcell.EventResize); resized {
			s.Terminal.Sync()
		}
		return false
	}
	switch key.Key() {
	case tcell.KeyCtrlC, tcell.KeyEscape:
		return true
	case tcell.KeyDown:
		s.move(1)
	case tcell.KeyUp:
		s.move(-1)
	case tcell.KeyEnter:
		if s.selected != "" {
			if s.View.Opened == nil {
				s.View.Opened = make(map[string]bool)
			}
			s.View.Opened[s.selected] = !s.View.Opened[s.selected]
		}
	case tcell.KeyRune:
		return s.letter(key.Rune())
	}
	return false
}

func (s *Screen) letter(r rune) (end bool) {
	switch r {
	case 'q':
		return true
	case 'j':
		s.move(1)
	case 'k':
		s.move(-1)
	case 's':
		s.View.Order = (s.View.Order + 1) % orders
	case 'p':
		s.View.Peers = !s.View.Peers
	case 'a':
		s.View.Quiet = !s.View.Quiet
	case ' ':
		s.paused = !s.paused
	}
	return false
}

// move selects the next socket, or the one before.
func (s *Screen) move(by int) {
	var keys []string
	at := -1
	for _, l := range s.lines {
		if l.Socket == "" || len(keys) > 0 && keys[len(keys)-1] == l.Socket {
			continue
		}
		if l.Socket == s.selected {
			at = len(keys)
		}
		keys = append(keys, l.Socket)
	}
	if len(keys) > 0 {
		s.selected = keys[min(max(at+by, 0), len(keys)-1)]
	}
}

const keysHelp = "q quit  ↑↓ select  enter details  p all  a active  s sort by: "

// draw writes the lines that fit, and the keys into the last one.
func (s *Screen) draw() {
	s.lines = s.View.Lines()
	width, height := s.Terminal.Size()
	s.scroll(height - 1)
	s.Terminal.Clear()
	for y, l := range s.lines[min(s.first, len(s.lines)):] {
		if y >= height-1 {
			break
		}
		style := styles[l.Style]
		if l.Socket != "" && l.Socket == s.selected {
			style = style.Reverse(true)
		}
		s.put(y, width, l.Text, style)
	}
	foot := keysHelp + s.View.Order.String()
	if s.paused {
		foot = "paused, space goes on  " + foot
	}
	s.put(height-1, width, foot, styles[Faint])
	s.Terminal.Show()
}

// scroll keeps the selected socket among the lines that are shown.
func (s *Screen) scroll(height int) {
	for i, l := range s.lines {
		if l.Socket != "" && l.Socket == s.selected {
			if i < s.first {
				s.first = i
			} else if i >= s.first+height {
				s.first = i - height + 1
			}
			break
		}
	}
	s.first = max(0, min(s.first, len(s.lines)-height))
}

func (s *Screen) put(y, width int, text string, style tcell.Style) {
	x := 0
	for _, r := range text {
		if x >= width {
			break
		}
		s.Terminal.SetContent(x, y, r, nil, style)
		x++
	}
}

// Print writes the view in lines, count times or, with 0, until the context ends.
func Print(ctx context.Context, p *Programs, v *View, interval time.Duration, count int, write func(string) error) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for n := 0; ; {
		fetchCtx, cancel := context.WithTimeout(ctx, max(5*interval, 5*time.Second))
		list := p.Fetch(fetchCtx)
		cancel()
		if ctx.Err() != nil {
			return nil
		}
		first := v.now == nil
		v.Add(list)
		if !first || count == 1 { // rates take two
			for _, l := range v.Lines() {
				if err := write(l.Text + "\n"); err != nil {
					return fmt.Errorf("write standard output: %w", err)
				}
			}
			if n++; n == count {
				return firstError(list)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// firstError is why a program could not be shown.
func firstError(list []Answer) error {
	for _, a := range list {
		if a.Err != nil {
			return fmt.Errorf("%s: %w", a.Place, a.Err)
		}
	}
	return nil
}
