// Charts from the JSON that stands beside each plot (templates/parts/chart.html). Bars start at zero, always.
import { BarChart, LineChart, RadarChart } from "echarts/charts";
import { GridComponent, LegendComponent, RadarComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, RadarChart, GridComponent, LegendComponent, RadarComponent, TooltipComponent, SVGRenderer]);

/** The colour of a meaning is the same on every page; a meaning without one takes the next that is free. */
const MEANINGS = { park: 1, residents: 2, operator: 1, authority: 3, region: 7, previous: 8, target: 8, computed: 1, declared: 4, verified: 3 };

export function draw(plot) {
  const chart = JSON.parse(document.getElementById(plot.dataset.chart).textContent);
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  const text = { color: token("--ink-2"), fontFamily: token("--font"), fontSize: parseFloat(getComputedStyle(plot).fontSize) - 1 };
  const taken = new Set(chart.series.map((series) => MEANINGS[series.meaning]));
  const free = [1, 2, 3, 4, 5, 6, 7, 8].filter((number) => !taken.has(number));
  const colours = chart.series.map((series) => token(`--c${MEANINGS[series.meaning] ?? free.shift() ?? 8}`));
  // Lying bars need room for each of their labels.
  if (chart.across) plot.style.height = `${Math.max(280, 90 + chart.labels.length * (10 + 12 * chart.series.length))}px`;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const shown = init(plot, null, { renderer: "svg" });
  shown.setOption({
    animation: !still,
    animationDuration: 150,
    textStyle: text,
    color: colours,
    legend: { show: chart.series.length > 1, top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: text },
    // Drawn inside the picture: an HTML tooltip would need inline styles, which the content policy forbids.
    tooltip: { trigger: chart.kind === "radar" ? "item" : "axis", renderMode: "richText", confine: true, valueFormatter: (v) => (v == null ? "—" : `${v.toLocaleString("zh-CN")} ${chart.unit}`) },
    ...(chart.kind === "radar" ? radar(chart, text, token) : axes(chart, text, token)),
  });
  new ResizeObserver(() => shown.resize()).observe(plot);
}

function axes(chart, text, token) {
  const labels = { type: "category", data: chart.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: token("--control") } }, axisLabel: { ...text, hideOverlap: true } };
  const values = { type: "value", name: chart.unit, nameTextStyle: { ...text, align: chart.across ? "left" : "right" }, scale: chart.kind === "line", splitLine: { lineStyle: { color: token("--line") } }, axisLabel: text };
  if (chart.across) labels.inverse = true;
  return {
    grid: { left: 4, right: 24, bottom: 4, top: chart.series.length > 1 ? 60 : 32, containLabel: true },
    xAxis: chart.across ? values : labels,
    yAxis: chart.across ? labels : values,
    series: chart.series.map((series, index) => ({
      type: chart.kind,
      name: series.name,
      data: series.values,
      barMaxWidth: 28,
      symbol: ["circle", "rect", "triangle", "diamond"][index % 4],
      symbolSize: 7,
      lineStyle: { width: 2, type: series.meaning === "previous" || series.meaning === "target" ? "dashed" : "solid" },
    })),
  };
}

function radar(chart, text, token) {
  return {
    radar: {
      indicator: chart.labels.map((name, index) => ({ name, min: 0, max: chart.most?.[index] ?? 100 })),
      center: ["50%", "56%"],
      radius: "62%",
      axisName: text,
      splitArea: { show: false },
      splitLine: { lineStyle: { color: token("--line-2") } },
      axisLine: { lineStyle: { color: token("--line-2") } },
    },
    series: [{ type: "radar", data: chart.series.map((series) => ({ name: series.name, value: series.values })), symbolSize: 5, lineStyle: { width: 2 } }],
  };
}
