/** Charts by uPlot, in the colours of the theme. What a chart says stands in words beside it: `label`. */
import "uplot/dist/uPlot.min.css";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { day, month, quantity } from "./format";
import { theme } from "./keep";
import { language, t } from "./text";

export type Colour = "accent" | "muted" | "out" | "short" | "order" | "excess" | "ok" | "line" | "text" | "band" | "soft";

/** A colour of the style sheet as it is now. */
export function colour(name: Colour): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export interface Line {
  label: string;
  values: (number | null)[];
  colour: Colour;
  kind?: "line" | "bars" | "dashes" | "points";
  width?: number;
}

export interface Mark {
  /** Seconds. */
  at: number;
  text: string;
  colour: Colour;
}

interface Props {
  label: string;
  /** Seconds since 1970; with `numeric` any number. */
  x: number[];
  lines: Line[];
  /** Lower and upper line by their place in `lines`. */
  band?: [number, number];
  marks?: Mark[];
  months?: boolean;
  numeric?: (value: number) => string;
  y?: (value: number) => string;
  height?: number;
}

const DARK = matchMedia("(prefers-color-scheme: dark)");

export function seconds(dayText: string): number {
  return Date.parse(`${dayText}T00:00:00Z`) / 1000;
}

function utc(at: number): Date {
  const date = new Date(at * 1000);
  return new Date(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
}

export function Chart(props: Props): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const height = props.height ?? 240;
  useEffect(() => {
    const node = place.current;
    if (!node) return;
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(options(props, node.clientWidth, height), data(props), node);
    };
    // After what stands beside it in words was painted, and each chart in a task of its own.
    const timer = setTimeout(draw);
    const resize = new ResizeObserver(() => {
      if (plot.current && plot.current.width !== node.clientWidth) plot.current.setSize({ width: node.clientWidth, height });
    });
    resize.observe(node);
    DARK.addEventListener("change", draw);
    return () => {
      clearTimeout(timer);
      resize.disconnect();
      DARK.removeEventListener("change", draw);
    };
  }, [JSON.stringify([props.x, props.lines, props.marks, props.band, props.months]), theme.value, language.value]);
  useEffect(() => () => plot.current?.destroy(), []);
  return (
    <figure class="chart" role="img" aria-label={props.label}>
      <div ref={place} style={{ minHeight: `${height}px` }} />
    </figure>
  );
}

function data(props: Props): uPlot.AlignedData {
  return [props.x, ...props.lines.map((line) => line.values)] as uPlot.AlignedData;
}

function options(props: Props, width: number, height: number): uPlot.Options {
  const name = (at: number): string => (props.numeric ? props.numeric(at) : props.months ? month(utc(at)) : day(isoOf(at)));
  const y = props.y ?? ((value: number) => quantity(value));
  const axis: uPlot.Axis = {
    stroke: colour("muted"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
  };
  const series: uPlot.Series[] = props.lines.map((line) => {
    const stroke = colour(line.colour);
    const base: uPlot.Series = {
      label: line.label,
      stroke,
      width: line.width ?? 2,
      points: { show: false },
      value: (_, value) => (value == null ? "" : y(value)),
      spanGaps: false,
    };
    if (line.kind === "bars") {
      const bars = uPlot.paths.bars?.({ size: [0.7, 40], radius: 0.15 });
      return { ...base, fill: stroke, width: 0, ...(bars ? { paths: bars } : {}) };
    }
    if (line.kind === "dashes") return { ...base, width: line.width ?? 1.5, dash: [6, 4] };
    if (line.kind === "points") return { ...base, width: 0, paths: () => null, points: { show: true, size: 7, fill: stroke } };
    return base;
  });
  return {
    width,
    height,
    ...(props.band ? { bands: [{ series: [props.band[1] + 1, props.band[0] + 1], fill: colour("band") }] } : {}),
    series: [{ label: props.numeric ? t("serviceLevel") : t(props.months ? "month" : "day"), value: (_, at) => (at == null ? "" : name(at)) }, ...series],
    scales: {
      x: { time: !props.numeric, ...(props.lines.some((line) => line.kind === "bars") ? { range: padded } : {}) },
      y: { range: (_, least, most) => [Math.min(0, least ?? 0), (most ?? 1) > 0 ? (most ?? 1) * 1.08 : 1] },
    },
    axes: [
      { ...axis, values: (_, marks) => marks.map(name), space: 60 },
      { ...axis, values: (_, marks) => marks.map(y), size: (_, values) => 14 + 7 * Math.max(2, ...(values ?? []).map((one) => one.length)) },
    ],
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    cursor: { y: false, points: { size: 7 } },
    legend: { live: true },
    hooks: { draw: [(plot) => drawMarks(plot, props.marks ?? [])] },
  };
}

function padded(_: uPlot, least: number, most: number): [number, number] {
  const step = most > least ? (most - least) / 24 : 1;
  return [least - step, most + step];
}

function isoOf(at: number): string {
  return new Date(at * 1000).toISOString().slice(0, 10);
}

/** Days that matter, as upright lines with a word. */
function drawMarks(plot: uPlot, marks: Mark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  marks.forEach((mark, n) => {
    const x = plot.valToPos(mark.at, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.strokeStyle = ctx.fillStyle = colour(mark.colour);
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const right = x > bbox.left + bbox.width * 0.75;
    ctx.textAlign = right ? "right" : "left";
    ctx.fillText(mark.text, x + (right ? -5 : 5) * devicePixelRatio, bbox.top + (12 + 14 * (n % 3)) * devicePixelRatio);
  });
  ctx.restore();
}
