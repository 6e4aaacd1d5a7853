/** So long statements may follow one another before the event loop gets its turn. */
const atOnceMs = 20;

/**
 * For an engine that computes in this very thread: its statements are over before anything else happens, so that a
 * transaction of many holds up requests and timers as one long computation would. Await this before each: it gives
 * the loop a turn where this turn has taken long enough already.
 */
export function loopTurns(): () => Promise<void> | undefined {
  let since: number | null = null;
  return () => {
    if (since === null) {
      since = performance.now();
      setImmediate(() => {
        since = null;
      });
      return undefined;
    }
    if (performance.now() - since < atOnceMs) return undefined;
    return new Promise((turn) => setImmediate(turn));
  };
}
