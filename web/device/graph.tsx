// graph.tsx - lines over time: what the device remembers, then what comes. SPDX-License-Identifier: Apache-2.0
import { draw, E, h, online, request, text } from './core';
import { valueOf } from './fields';
import type { Place } from './types';

type Point = number | null; // null: not known

interface Graph {
  values: Place[];
  points: number;
  _lines: Point[][]; // oldest first
  _seconds: number; // between two points
}

/** Each line begins with the device's history; a sample of what is shown follows every so many seconds. */
async function start(graph: Graph) {
  const { points, values } = graph;
  graph._seconds = 1;
  graph._lines = values.map(() => []);
  await E.history?.(graph);
  setInterval(() => {
    graph._lines.forEach((line, i) => {
      line.push(online ? valueOf(values[i]) : null);
      line.splice(0, line.length - points);
    });
    draw();
  }, 1000 * graph._seconds);
}

E.history = (graph: Graph) =>
  Promise.all(
    graph.values.map(async ([endpoint, attribute], i) => {
      const [, json] = await request('GET', `${endpoint}/history`);
      const past = json?.[attribute];
      if (past) [graph._lines[i], graph._seconds] = [past.points, past.seconds];
    }),
  );

/** In the box of its viewBox: a step to the right for each point, values upwards; M begins anew after gaps. */
const path = (line: Point[], points: number) =>
  line
    .map((it, i) => (it == null ? ' ' : `L${i + points - line.length} ${-it}`))
    .join('')
    .replace(/(^| +)L/g, 'M');

E.graph = ({ title, labels = [], points, unit, values, min, max, _of }: any) => {
  if (online && !_of._lines) start(_of);
  const { _lines = [], _seconds }: Graph = _of;
  const all = _lines.flat().filter((it) => it != null);
  all.length || all.push(0);
  const low = min ?? Math.min(...all);
  const high = max ?? Math.max(...all);
  return (
    <div class="graph">
      <p class="row">
        <b class="grow">{title}</b>
        {values.map((it: Place, i: number) => (
          <span class={`line${i}`}>
            {text(labels[i])} {valueOf(it)} {unit}
          </span>
        ))}
      </p>
      <svg
        viewBox={`0 ${-high} ${points - 1} ${high - low || 1}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={title || labels.map(text).join() || values.join()}
      >
        {_lines.map((line, i) => (
          <path class={`line${i}`} d={path(line, points)} />
        ))}
      </svg>
      <p class="row quiet">
        <span class="grow">
          {low} – {high}
        </span>
        {points * _seconds} s
      </p>
    </div>
  );
};
