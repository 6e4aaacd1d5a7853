import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { Counter, type MetricObjectWithValues, type MetricValueWithName } from 'prom-client';
import { registry } from './metrics.ts';
import { RecentTimes } from './recent-times.ts';

const name = 'stroma_http_request_duration_seconds';
const help = 'Time to answer a request, by method, route pattern and class of the status';
const bounds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** One more for what lies above the last bound. */
const width = bounds.length + 1;
const classes = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

type Ended = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

/** What every request of this process took, live streams aside. */
export const recentRequests = new RecentTimes();

/**
 * The times of one route in flat arrays, so that counting a request builds no text and looks nothing up: the
 * library's histogram joins and hashes the labels of each observation anew.
 */
class RouteTimes {
  readonly method: string;
  readonly route: string;
  readonly counts = new Float64Array(classes.length * width);
  readonly sums = new Float64Array(classes.length);

  constructor(method: string, route: string) {
    this.method = method;
    this.route = route;
  }

  count(status: number, seconds: number): void {
    const group = status < 600 && status >= 100 ? Math.floor(status / 100) - 1 : 4;
    let bound = 0;
    while (bound < bounds.length && seconds > (bounds[bound] ?? 0)) bound += 1;
    const at = group * width + bound;
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.sums[group] = (this.sums[group] ?? 0) + seconds;
    recentRequests.record(seconds, status >= 500);
  }

  reset(): void {
    this.counts.fill(0);
    this.sums.fill(0);
  }

  /** Cumulative buckets, sum and count of each class of status that was answered. */
  *values(): Iterable<MetricValueWithName<string>> {
    for (const [group, status] of classes.entries()) {
      const labels = { method: this.method, route: this.route, status };
      let seen = 0;
      const lines = bounds.map((le, at) => {
        seen += this.counts[group * width + at] ?? 0;
        return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: seen };
      });
      const all = seen + (this.counts[group * width + bounds.length] ?? 0);
      if (all === 0) continue;
      yield* lines;
      yield { metricName: `${name}_bucket`, labels: { le: '+Inf', ...labels }, value: all };
      yield { metricName: `${name}_sum`, labels, value: this.sums[group] ?? 0 };
      yield { metricName: `${name}_count`, labels, value: all };
    }
  }

  /** All that was answered, what failed in Stroma, and the time within which 95 of 100 were, to the next bound. */
  summary(): RouteSummary {
    const within = new Float64Array(width);
    for (let at = 0; at < this.counts.length; at += 1)
      within[at % width] = (within[at % width] ?? 0) + (this.counts[at] ?? 0);
    const count = within.reduce((sum, each) => sum + each, 0);
    const failed = this.counts.subarray(4 * width).reduce((sum, each) => sum + each, 0);
    const seconds = this.sums.reduce((sum, each) => sum + each, 0);
    let seen = 0;
    const at = within.findIndex((each) => {
      seen += each;
      return seen >= 0.95 * count;
    });
    const bound = bounds[at];
    return {
      method: this.method,
      route: this.route,
      count,
      failed,
      mean_ms: count === 0 ? 0 : (seconds / count) * 1000,
      p95_below_ms: bound === undefined ? null : bound * 1000,
    };
  }
}

export interface RouteSummary {
  method: string;
  route: string;
  count: number;
  failed: number;
  mean_ms: number;
  /** Null above 30 s. */
  p95_below_ms: number | null;
}

const routes = new Map<string, RouteTimes>();

function timesOf(method: string, route: string): RouteTimes {
  const key = `${method} ${route}`;
  const known = routes.get(key);
  if (known !== undefined) return known;
  const made = new RouteTimes(method, route);
  routes.set(key, made);
  return made;
}

registry.registerMetric({
  name,
  help,
  type: 'histogram',
  aggregator: 'sum',
  get: async (): Promise<Omit<MetricObjectWithValues<MetricValueWithName<string>>, 'collect'>> => ({
    name,
    help,
    type: 'histogram' as never,
    aggregator: 'sum',
    values: [...routes.values()].flatMap((each) => [...each.values()]),
  }),
  reset: () => {
    for (const each of routes.values()) each.reset();
  },
} as never);

const streams = new Counter({
  registers: [registry],
  name: 'stroma_http_streams_total',
  help: 'Live streams over HTTP, by route pattern; each is counted when it ends',
  labelNames: ['route'],
});

/**
 * Times every route registered after it, by its pattern: no address makes a series of its own. A live stream ends when
 * its listener goes, and how long it was open is no time to answer: those are counted apart.
 */
export function timeRequests(app: FastifyInstance): void {
  if (app.hasDecorator('timesRequests')) return;
  app.decorate('timesRequests', true);
  app.addHook('onRoute', (route) => {
    const own = route.onResponse === undefined ? [] : [route.onResponse].flat();
    route.onResponse = [...own, timed(route)] as never;
  });
  app.addHook('onResponse', (request, reply, done) => {
    if (request.is404) timesOf(request.method, 'unmatched').count(reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
}

function timed({ method, url, config }: RouteOptions): Ended {
  const each = [method].flat().map((one) => timesOf(one, url));
  const [only] = each;
  const live = config?.endpoint?.produces === 'text/event-stream';
  return (request, reply, done) => {
    const times = each.length === 1 ? only : each.find((one) => one.method === request.method);
    if (live && reply.statusCode === 200) streams.inc({ route: url });
    else times?.count(reply.statusCode, reply.elapsedTime / 1000);
    done();
  };
}

/** All that was answered by this process, and what of it failed in Stroma. */
export function requestTotals(): { count: number; failed: number } {
  const totals = { count: 0, failed: 0 };
  for (const each of routes.values()) {
    const { count, failed } = each.summary();
    totals.count += count;
    totals.failed += failed;
  }
  return totals;
}

/** The routes that were asked most since the start, `most` of them. */
export function busiestRoutes(most: number): RouteSummary[] {
  return [...routes.values()]
    .map((each) => each.summary())
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, most);
}
