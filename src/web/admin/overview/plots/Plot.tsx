/** Draws a plot. Its colours are those of the style sheet, which a canvas does not read by itself. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { bucketName, count, percent, scaleSpan } from '../../format.ts';
import { type Colour, type Series, stacked } from './series.ts';
import type { Unit } from './unit.ts';

export interface PlotProps {
  kind: 'stack' | 'lines';
  unit: Unit;
  series: readonly Series[];
  times: readonly { from: number }[];
  /** Of a bucket, in milliseconds. */
  width: number;
  tall: boolean;
  locale: string;
  /** The bucket that is pointed at. */
  onPoint(index: number | null): void;
}

export function Plot(props: PlotProps) {
  const { series, times, tall } = props;
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = useTheme();
  const current = useRef(props);
  current.current = props;
  const shape = [
    theme,
    props.locale,
    props.kind,
    props.unit,
    props.width,
    tall,
    ...series.map(({ colour }) => colour),
  ].join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: made anew only where its shape is another
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const size = () => ({ width: Math.max(1, element.clientWidth), height: element.clientHeight });
    const made = new uPlot({ ...size(), ...optionsOf(current.current, element) }, dataOf(current.current), element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize(size()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: all that the data is made of
  useEffect(() => plot.current?.setData(dataOf(current.current)), [series, times]);

  // What it shows stands above it in words and below it as a table.
  return <div className={tall ? 'plot plot-tall' : 'plot'} ref={frame} aria-hidden="true" />;
}

function dataOf({ kind, series, times }: PlotProps): uPlot.AlignedData {
  const x = times.map(({ from }) => from / 1000);
  // The tallest first, so that each lower one is drawn over it.
  const columns = kind === 'stack' ? stacked(series).reverse() : series.map(({ values }) => values);
  return [x, ...columns];
}

function optionsOf(
  { kind, unit, series, width, locale, onPoint }: PlotProps,
  element: HTMLElement,
): Omit<uPlot.Options, 'width' | 'height'> {
  const colourOf = colours(element);
  const ink = colourOf('--ink-faint');
  const line = colourOf('--line');
  const font = `11px ${getComputedStyle(element).fontFamily}`;
  const inOrder = kind === 'stack' ? series.toReversed() : series;
  const half = width / 2000;
  return {
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { show: kind === 'lines', size: 6 },
    },
    scales: {
      x: { time: false, range: (_plot, from, to) => [from - half, to + half] },
      y: { range: (_plot, _least, most) => rangeOf(unit, _least, most) },
    },
    series: [
      {},
      ...inOrder.map(({ colour }) => {
        const stroke = colourOf(`--plot-${colour}`);
        return kind === 'stack'
          ? { fill: stroke, width: 0, paths: uPlot.paths.bars?.({ size: [0.72, 28] }), points: { show: false } }
          : { stroke, width: 1.75, points: { size: 4, fill: stroke } };
      }),
    ] as uPlot.Series[],
    axes: [
      {
        stroke: ink,
        font,
        grid: { show: false },
        ticks: { show: false },
        gap: 6,
        size: 26,
        // Marks stand on buckets, as many as have room.
        splits: (plot) => {
          const all = plot.data[0];
          const step = Math.max(1, Math.ceil(all.length / Math.max(1, plot.width / 76)));
          return [...all].filter((_, index) => index % step === 0);
        },
        values: (_plot, splits) => splits.map((at) => bucketName(at * 1000, width, locale)),
      },
      {
        stroke: ink,
        font,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        gap: 6,
        size: 56,
        space: 36,
        incrs: unit === 'span' ? SPANS : undefined,
        values: (_plot, splits) => splits.map((value) => onScale(value, unit, locale)),
      },
    ] as uPlot.Axis[],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}

function rangeOf(unit: Unit, least: number | null, most: number | null): [number, number] {
  // A share is drawn from where it differs, yet never so close that a tenth of a percent looks like a fall.
  if (unit === 'share') return [Math.min(0.9, Math.floor((least ?? 1) * 10) / 10), 1];
  if (unit === 'span') return [0, Math.max(1, most ?? 1) * 1.05];
  return [0, Math.max(4, Math.ceil((most ?? 1) * 1.05))];
}

function onScale(value: number, unit: Unit, locale: string): string {
  if (unit === 'share') return percent(Math.round(value * 1000) / 1000, locale).replace(/[.,]0(?=\D)/, '');
  if (unit === 'span') return scaleSpan(value, locale);
  return Number.isInteger(value) ? count(value, locale) : '';
}

/** Steps that are round in milliseconds, seconds and minutes. */
const SPANS = [
  10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  1_800_000, 3_600_000,
];

/** What a variable of the style sheet comes to here and now. */
function colours(element: HTMLElement): (variable: `--plot-${Colour}` | '--ink-faint' | '--line') => string {
  return (variable) => {
    const probe = element.appendChild(document.createElement('span'));
    probe.style.color = `var(${variable})`;
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

/** Another value whenever the colours may be others. */
function useTheme(): number {
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const onChange = () => setTheme((before) => before + 1);
    const system = window.matchMedia('(prefers-color-scheme: dark)');
    const observer = new MutationObserver(onChange);
    system.addEventListener('change', onChange);
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      system.removeEventListener('change', onChange);
      observer.disconnect();
    };
  }, []);
  return theme;
}
