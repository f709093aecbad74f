// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"fmt"
	"math"
	"slices"

	"github.com/go-analyze/charts"
)

// The sizes of a panel, in pixels.
const (
	chartWidth  = 900
	panelHeight = 420
)

// maxLabelled is how many lines have numbers at their points. Those of more are written over
// each other.
const maxLabelled = 4

// Chart draws results as SVG: the rates over the sizes of messages, and below that the round
// trips, both on logarithmic scales.
func Chart(title string, results []Result) ([]byte, error) {
	var panels []charts.LineChartOption
	if p, ok := ratePanel(results); ok {
		panels = append(panels, p)
	}
	if p, ok := roundTripPanel(results); ok {
		panels = append(panels, p)
	}
	painter := charts.NewPainter(charts.PainterOptions{
		OutputFormat: charts.ChartOutputSVG, Width: chartWidth, Height: panelHeight * max(1, len(panels)),
	})
	painter.FilledRect(0, 0, painter.Width(), painter.Height(), charts.ColorWhite, charts.ColorWhite, 0)
	for i, p := range panels {
		if i == 0 {
			p.Title.Subtext = title
		}
		box := charts.NewBox(0, i*panelHeight, chartWidth, (i+1)*panelHeight)
		if err := painter.Child(charts.PainterBoxOption(box)).LineChart(p); err != nil {
			return nil, err
		}
	}
	return painter.Bytes()
}

// ratePanel has a line for each pattern and mechanism.
func ratePanel(results []Result) (charts.LineChartOption, bool) {
	p := newPanel(results)
	for _, x := range results {
		p.put(series(x), x.Size, x.Rate)
	}
	return p.draw("messages a second", func(v float64) string { return decimal(v, "") })
}

// roundTripPanel has a line for each quantile of each pattern with replies.
func roundTripPanel(results []Result) (charts.LineChartOption, bool) {
	p := newPanel(results)
	for _, x := range results {
		if x.RoundTrip == nil {
			continue
		}
		for _, q := range []struct {
			name string
			v    float64
		}{{"median", x.RoundTrip.Median}, {"99 %", x.RoundTrip.P99}, {"most", x.RoundTrip.Max}} {
			p.put(series(x)+", "+q.name, x.Size, q.v)
		}
	}
	return p.draw("round trip", func(v float64) string { return decimal(v, "s") })
}

// series names what is measured with several sizes.
func series(x Result) string {
	name := x.Pattern
	if x.Mechanism != "NULL" {
		name += ", " + x.Mechanism
	}
	if x.Window > 1 {
		name += fmt.Sprintf(", %d at a time", x.Window)
	}
	return name
}

// panel gathers lines over the sizes of messages.
type panel struct {
	sizes  []int
	names  []string
	values map[string][]float64
	least  float64
	most   float64
}

func newPanel(results []Result) *panel {
	p := &panel{values: make(map[string][]float64), least: math.Inf(1), most: math.Inf(-1)}
	for _, x := range results {
		p.sizes = append(p.sizes, x.Size)
	}
	slices.Sort(p.sizes)
	p.sizes = slices.Compact(p.sizes)
	return p
}

// put sets a value above zero. Charts have no logarithmic scale, so the values are logarithms.
func (p *panel) put(name string, size int, v float64) {
	if v <= 0 {
		return
	}
	if p.values[name] == nil {
		p.names = append(p.names, name)
		for range p.sizes {
			p.values[name] = append(p.values[name], charts.GetNullValue())
		}
	}
	p.values[name][slices.Index(p.sizes, size)] = math.Log10(v)
	p.least, p.most = min(p.least, v), max(p.most, v)
}

// draw returns the chart; not ok if it has no values.
func (p *panel) draw(title string, format func(float64) string) (charts.LineChartOption, bool) {
	if len(p.names) == 0 {
		return charts.LineChartOption{}, false
	}
	var list charts.LineSeriesList
	label := func(v float64) string { return format(math.Pow(10, v)) }
	for _, name := range p.names {
		list = append(list, charts.LineSeries{Name: name, Values: p.values[name],
			Label: charts.SeriesLabel{Show: charts.Ptr(len(p.names) <= maxLabelled), ValueFormatter: label}})
	}
	low, high := math.Floor(math.Log10(p.least)), math.Ceil(math.Log10(p.most))
	if low == high {
		high++
	}
	opt := charts.NewLineChartOptionWithSeries(list)
	opt.Title = charts.TitleOption{Text: title}
	opt.Padding = charts.NewBox(20, 20, 40, 20)
	opt.Legend = charts.LegendOption{SeriesNames: p.names, Offset: charts.OffsetStr{Top: charts.PositionBottom}, OverlayChart: charts.Ptr(false)}
	opt.XAxis.Labels = nil // the constructor numbers them
	for _, size := range p.sizes {
		opt.XAxis.Labels = append(opt.XAxis.Labels, Bytes(size))
	}
	opt.YAxis = []charts.YAxisOption{{Min: charts.Ptr(low), Max: charts.Ptr(high), Unit: 1, LabelCount: int(high-low) + 1,
		RangeValuePaddingScale: charts.Ptr(0.0), PreferNiceIntervals: charts.Ptr(false), ValueFormatter: label}}
	return opt, true
}

// decimal writes a number above zero with three digits and a decimal prefix.
func decimal(v float64, unit string) string {
	exponent := int(math.Floor(math.Log10(v)/3)) * 3
	prefixes := map[int]string{-9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G"}
	prefix, ok := prefixes[exponent]
	if !ok {
		return fmt.Sprintf("%.3g %s", v, unit)
	}
	text := fmt.Sprintf("%.3g", v/math.Pow10(exponent))
	if prefix+unit == "" {
		return text
	}
	return text + " " + prefix + unit
}

// Bytes writes a size as it is usual for messages: 16 B, 1 KiB, 64 KiB.
func Bytes(n int) string {
	for _, x := range []struct {
		unit string
		size int
	}{{"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n >= x.size && n%x.size == 0 {
			return fmt.Sprintf("%d %s", n/x.size, x.unit)
		}
	}
	return fmt.Sprintf("%d B", n)
}
