/**
 * Teams' charts of an Adaptive Card, drawn plainly: bars and lines with their axis, and a legend.
 *
 * Every number is also said by the mark's tooltip; what else there is to know stands in the card.
 */

import { h } from "./dom.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
const WIDTH = 400;
const HEIGHT = 210;
const LEFT = 34;
const BOTTOM = 22;
const TOP = 12;
const ROW = 26;
const NAME = 120;

/** So thick a bar is at the most. */
const THICK = 56;

/** Our three colours of Teams' own, near enough; any other is drawn as the first. */
const COLOURS = { categoricalBlue: "#0f6cbd", categoricalMarigold: "#eaa300", categoricalTeal: "#038387" };
const colour = (name) => COLOURS[name] ?? COLOURS.categoricalBlue;

export const charts = {
  "Chart.VerticalBar": (each) => chart(each, standing([{ color: each.color, values: each.data }], bars)),
  "Chart.VerticalBar.Grouped": (each) => chart(each, standing(each.data, bars), each.data),
  "Chart.Line": (each) => chart(each, standing(each.data, lines), each.data),
  "Chart.HorizontalBar": (each) => chart(each, lying(each)),
};

function chart(each, { height, marks }, series = []) {
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": each.title ?? "" }, ...marks);
  const legend = series.map((one) => h("li", {}, svg("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" },
    svg("rect", { width: 10, height: 10, fill: colour(one.color) })), one.legend));
  return h("figure", { class: "ac-chart" },
    each.showTitle && h("figcaption", {}, each.title),
    h("p", { class: "ac-subtle" }, each.yAxisTitle ?? each.xAxisTitle ?? ""),
    each.showLegend && h("ul", { class: "ac-legend" }, legend),
    picture);
}

/** Bars or lines above an axis of labels. */
function standing(series, draw) {
  const labels = [...new Set(series.flatMap((one) => one.values.map(({ x }) => String(x))))];
  const top = most(series.flatMap((one) => one.values));
  const wide = (WIDTH - LEFT) / Math.max(labels.length, 1);
  const place = (x) => LEFT + wide * labels.indexOf(String(x));
  const level = (y) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - y / top);
  const every = Math.ceil(labels.length / 5);
  const named = labels.filter((_, number) => number % every === 0);
  return {
    height: HEIGHT,
    marks: [
      ...[0, top / 2, top].flatMap((y) => [
        svg("line", { x1: LEFT, x2: WIDTH, y1: level(y), y2: level(y), stroke: "var(--line)" }),
        words(LEFT - 5, level(y) + 4, rounded(y), "end"),
      ]),
      ...named.map((label) => (label === labels.at(-1) && labels.length > 1
        ? words(WIDTH, HEIGHT - 6, label, "end") // the last would be cut off
        : words(place(label) + wide / 2, HEIGHT - 6, label, "middle"))),
      ...series.flatMap((one, number) => draw(one, { number, many: series.length, wide, place, level })),
    ],
  };
}

function bars({ legend, color, values }, { number, many, wide, place, level }) {
  const thick = Math.min((wide * 0.8) / many, THICK);
  const margin = (wide - thick * many) / 2;
  return values.map(({ x, y }) => marked(legend, x, y, svg("rect", {
    x: place(x) + margin + thick * number, y: level(y), width: thick * 0.92, height: level(0) - level(y), fill: colour(color),
  })));
}

function lines({ legend, color, values }, { wide, place, level }) {
  const points = values.map(({ x, y }) => [place(x) + wide / 2, level(y)]);
  const line = svg("polyline", { points: points.join(" "), fill: "none", stroke: colour(color), "stroke-width": 2 });
  return [line, ...points.map(([cx, cy], number) =>
    marked(legend, values[number].x, values[number].y, svg("circle", { cx, cy, r: 3, fill: colour(color) })))];
}

/** Bars beside their names, one below the other. */
function lying({ data, color }) {
  const top = most(data);
  return {
    height: ROW * data.length + 4,
    marks: data.flatMap(({ x, y }, number) => {
      const width = ((WIDTH - NAME - 40) * y) / top;
      const bar = svg("rect", { x: NAME, y: ROW * number + 4, width, height: ROW - 8, fill: colour(color) });
      const middle = ROW * number + ROW / 2 + 4;
      return [words(NAME - 6, middle, x.length > 16 ? `${x.slice(0, 15)}…` : x, "end"), marked("", x, y, bar), words(NAME + width + 5, middle, rounded(y), "start")];
    }),
  };
}

function most(values) {
  return Math.max(...values.map(({ y }) => y), 0) || 1;
}

function marked(legend, x, y, mark) {
  mark.append(svg("title", {}, [legend, x, rounded(y)].filter(Boolean).join(" · ")));
  return mark;
}

function rounded(y) {
  return String(Math.round(y * 10) / 10);
}

function words(x, y, said, anchor) {
  return svg("text", { x, y, "text-anchor": anchor, "font-size": 11, fill: "var(--ink-soft)" }, said);
}

function svg(tag, attributes, ...children) {
  const element = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
