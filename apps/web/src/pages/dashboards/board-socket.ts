import type { BoardState } from '@stroma/contracts';

export interface BoardHearing {
  /** Whether the server tells of changes now. */
  onHeld: (held: boolean) => void;
  onChanged: (tileIds: readonly string[]) => void;
  /** Something was or may have been missed: everything is to be asked for. */
  onBehind: () => void;
  /** The board is out of reach now. */
  onRefused: () => void;
}

type Said =
  | { type: 'subscribed' }
  | { type: 'update'; tiles: readonly string[] }
  | { type: 'resync' }
  | { type: 'error'; error: { code: string; message: string } };

const firstWaitMs = 500;
const longestWaitMs = 30_000;
const policyViolation = 1008;

/**
 * Hears over a WebSocket which tiles of a board have other data, for what it is narrowed to; comes back after every
 * break, each time later while nothing answers, until it is closed.
 */
export function watchBoard(
  boardId: string,
  first: BoardState,
  { onHeld, onChanged, onBehind, onRefused }: BoardHearing,
): { narrow(state: BoardState): void; close(): void } {
  let state = first;
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = firstWaitMs;
  let wasHeld = false;
  let closed = false;

  const subscribe = () => {
    if (socket?.readyState === WebSocket.OPEN)
      socket.send(JSON.stringify({ type: 'subscribe', filters: state }));
  };
  const take = (said: Said) => {
    if (said.type === 'update') onChanged(said.tiles);
    else if (said.type === 'resync') onBehind();
    else if (said.type === 'error') onHeld(false);
    else {
      onHeld(true);
      // Who comes back does not know what happened meanwhile.
      if (wasHeld && waitMs > firstWaitMs) onBehind();
      wasHeld = true;
      waitMs = firstWaitMs;
    }
  };
  const connect = () => {
    const address = new URL(`/ws/v1/analytics/${boardId}`, location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    socket = new WebSocket(address);
    socket.onopen = subscribe;
    socket.onmessage = ({ data }: MessageEvent<string>) => take(JSON.parse(data) as Said);
    socket.onclose = ({ code }) => {
      socket = null;
      onHeld(false);
      if (closed) return;
      if (code === policyViolation) {
        removeEventListener('online', comeBack);
        return onRefused();
      }
      timer = setTimeout(connect, waitMs);
      waitMs = Math.min(longestWaitMs, waitMs * 2);
    };
  };
  const comeBack = () => {
    if (socket !== null) return;
    clearTimeout(timer);
    connect();
  };
  addEventListener('online', comeBack);
  connect();
  return {
    narrow(next) {
      state = next;
      subscribe();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      removeEventListener('online', comeBack);
      const left = socket;
      // Closed before it is open, it would be noted as a failure.
      if (left?.readyState === WebSocket.CONNECTING) left.onopen = () => left.close();
      else left?.close();
    },
  };
}
