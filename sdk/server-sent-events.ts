export interface Message {
  id: string | null;
  event: string | null;
  /** Null for a message that only sets the id or the pause. */
  data: string | null;
  retryMs: number | null;
}

/** Reads the messages of an event stream. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export async function* readMessages(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      for (;;) {
        const end = /\r\n\r\n|\n\n|\r\r(?!$)/.exec(text);
        if (end === null) break;
        const message = parseMessage(text.slice(0, end.index));
        text = text.slice(end.index + end[0].length);
        if (message !== null) yield message;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function parseMessage(block: string): Message | null {
  const message: Message = { id: null, event: null, data: null, retryMs: null };
  let empty = true;
  for (const line of block.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(':');
    if (colon === 0 || line === '') continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    empty = false;
    if (field === 'data') message.data = message.data === null ? value : `${message.data}\n${value}`;
    else if (field === 'id') message.id = value;
    else if (field === 'event') message.event = value;
    else if (field === 'retry' && /^\d+$/.test(value)) message.retryMs = Number(value);
  }
  return empty ? null : message;
}
