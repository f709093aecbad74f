// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/gozmq/zmq/bench/internal/rival"
	"github.com/gozmq/zmq/bench/internal/scenario"
)

// WriteCharts writes SVG files into a folder and returns their names.
func (r *Run) WriteCharts(dir string) (files []string, err error) {
	save := func(name string, p *plot.Plot, height vg.Length) {
		if p == nil || err != nil {
			return
		}
		file := strings.ReplaceAll(strings.ToLower(name), " ", "-") + ".svg"
		if err = p.Save(18*vg.Centimeter, height, filepath.Join(dir, file)); err != nil {
			err = fmt.Errorf("chart %s: %w", file, err)
		}
		files = append(files, file)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	for _, name := range r.charts() {
		save(name, r.lineChart(name), 11*vg.Centimeter)
	}
	for _, series := range scenario.AllSeries {
		save("growth "+series.Name+" cpu", r.growthChart(series.Name, "CPU seconds", func(s Step) float64 { return s.CPU }), 11*vg.Centimeter)
		save("growth "+series.Name+" memory", r.growthChart(series.Name, "MB at most", func(s Step) float64 { return s.Peak / 1e6 }), 11*vg.Centimeter)
	}
	p, rows := r.ratioChart()
	save("ratios", p, vg.Length(rows)*0.55*vg.Centimeter+4*vg.Centimeter)
	return files, err
}

// charts lists the charts in their order.
func (r *Run) charts() (names []string) {
	for _, l := range r.Lines {
		if c := l.scenario.Chart; c != "" && !slices.Contains(names, c) {
			names = append(names, c)
		}
	}
	return names
}

// lineChart has a curve for each rival, and for latencies the median only.
func (r *Run) lineChart(name string) *plot.Plot {
	p := logarithmic(name)
	if !strings.HasPrefix(name, "fan-") {
		p.X.Tick.Marker = r.sizes(name)
	}
	drawn := 0
	for i, v := range r.rivals {
		var points plotter.XYs
		for _, l := range r.Lines {
			if m, ok := l.Median[v.Key]; ok && l.scenario.Chart == name && l.figure != scenario.P99 {
				points = append(points, plotter.XY{X: float64(l.scenario.X), Y: m})
				p.X.Label.Text, p.Y.Label.Text = axes(l)
			}
		}
		drawn += curve(p, v.Title, i, points)
	}
	return unlessEmpty(p, drawn)
}

// sizes marks the sizes of messages that a chart has.
func (r *Run) sizes(name string) (ticks plot.ConstantTicks) {
	for _, l := range r.Lines {
		if l.scenario.Chart == name && l.figure != scenario.P99 {
			ticks = append(ticks, plot.Tick{Value: float64(l.scenario.X), Label: scenario.Bytes(l.scenario.X)})
		}
	}
	return ticks
}

func axes(l Line) (x, y string) {
	x, y = "size of a message", "messages a second"
	if strings.HasPrefix(l.scenario.Chart, "fan-") {
		x = "peers"
	}
	if l.Unit == "us" {
		y = "one way, us"
	}
	return x, y
}

func (r *Run) growthChart(series, label string, of func(Step) float64) *plot.Plot {
	p := logarithmic("")
	p.Y.Label.Text = label
	drawn := 0
	for i, v := range r.rivals {
		for _, g := range r.Growth {
			if g.Series != series || g.Rival != v.Key {
				continue
			}
			p.Title.Text, p.X.Label.Text = g.Title, g.X
			var points plotter.XYs
			for _, s := range g.Steps {
				if of(s) > 0 {
					points = append(points, plotter.XY{X: float64(s.X), Y: of(s)})
				}
			}
			drawn += curve(p, v.Title, i, points)
		}
	}
	return unlessEmpty(p, drawn)
}

func logarithmic(title string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.Title.Padding = title, vg.Points(6)
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = decades{}, decades{}
	p.Legend.Top = true
	p.Add(plotter.NewGrid())
	return p
}

// unlessEmpty leaves out what a logarithmic axis cannot draw.
func unlessEmpty(p *plot.Plot, points int) *plot.Plot {
	if points == 0 {
		return nil
	}
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		if a.Min == a.Max {
			a.Min, a.Max = a.Min/2, a.Max*2
		}
	}
	// Room for the legend above the curves.
	p.Y.Max *= math.Pow(p.Y.Max/p.Y.Min, 0.35)
	return p
}

// curve draws points with lines between them and returns how many.
func curve(p *plot.Plot, title string, i int, points plotter.XYs) int {
	if len(points) == 0 {
		return 0
	}
	line, marks, err := plotter.NewLinePoints(points)
	if err != nil { // NaN or infinite, which no figure is
		return 0
	}
	line.Color, line.Width = plotutil.Color(i), vg.Points(1.5)
	marks.Color, marks.Shape = plotutil.Color(i), plotutil.Shape(i)
	p.Add(line, marks)
	p.Legend.Add(title, line, marks)
	return len(points)
}

// decades marks the powers of ten, and halves and fifths without a number.
type decades struct{}

func (decades) Ticks(low, high float64) (ticks []plot.Tick) {
	if low <= 0 || high < low || math.IsInf(high, 0) {
		return nil
	}
	for e := math.Floor(math.Log10(low)); e <= math.Ceil(math.Log10(high)); e++ {
		ten := math.Pow(10, e)
		ticks = append(ticks, plot.Tick{Value: ten, Label: figureless(ten)},
			plot.Tick{Value: 2 * ten}, plot.Tick{Value: 5 * ten})
	}
	return slices.DeleteFunc(ticks, func(t plot.Tick) bool { return t.Value < low*0.999 || t.Value > high*1.001 })
}

// figureless is a power of ten in few characters.
func figureless(v float64) string {
	for _, p := range []struct {
		of   float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= p.of*0.999 {
			return fmt.Sprintf("%.0f%s", v/p.of, p.name)
		}
	}
	return fmt.Sprintf("%.4g", v)
}

// ratioChart has a bar for each line, to the right where ours is better than
// libzmq, and a mark where the target is.
func (r *Run) ratioChart() (p *plot.Plot, rows int) {
	var names []string
	var bars plotter.Values
	var marks plotter.XYs
	for _, l := range slices.Backward(r.Lines) {
		m, ok := median(l.Ratio[rival.Libzmq])
		if !ok {
			continue
		}
		for _, v := range l.Verdict {
			if v.Against == rival.Libzmq {
				marks = append(marks, plotter.XY{X: math.Log2(v.Wanted), Y: float64(len(names))})
			}
		}
		names, bars = append(names, l.Name), append(bars, math.Log2(m))
	}
	if len(names) == 0 {
		return nil, 0
	}
	p = plot.New()
	p.Title.Text, p.Title.Padding = "ours compared with libzmq; | is the target", vg.Points(12)
	p.X.Tick.Marker = doublings{}
	p.NominalY(names...)
	chart, err := plotter.NewBarChart(bars, 0.35*vg.Centimeter)
	if err != nil {
		return nil, 0
	}
	chart.Horizontal, chart.Color, chart.LineStyle.Width = true, plotutil.Color(2), 0
	p.Add(plotter.NewGrid(), chart)
	if s, err := plotter.NewScatter(marks); err == nil && len(marks) > 0 {
		s.GlyphStyle = draw.GlyphStyle{Color: color.Black, Radius: vg.Points(5), Shape: upright{}}
		p.Add(s)
	}
	p.X.Min, p.X.Max = min(p.X.Min, -1)-0.2, max(p.X.Max, 1)+0.2
	return p, len(names)
}

// doublings marks the powers of two of an axis of logarithms.
type doublings struct{}

func (doublings) Ticks(low, high float64) (ticks []plot.Tick) {
	for e := math.Ceil(low); e <= high; e++ {
		label := fmt.Sprintf("%gx", math.Pow(2, e))
		if e < 0 {
			label = fmt.Sprintf("1/%gx", math.Pow(2, -e))
		}
		ticks = append(ticks, plot.Tick{Value: e, Label: label})
	}
	return ticks
}

// upright is a vertical stroke.
type upright struct{}

func (upright) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	style := draw.LineStyle{Color: s.Color, Width: vg.Points(2)}
	c.StrokeLine2(style, at.X, at.Y-s.Radius, at.X, at.Y+s.Radius)
}
