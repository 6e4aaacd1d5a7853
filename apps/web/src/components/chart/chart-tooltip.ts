import { formatNumber } from '../../lib/format.ts';

let element: HTMLDivElement | null = null;

/** A Vega tooltip handler: the mark's fields beside the pointer, as text only. */
export function showTooltip(_: unknown, event: MouseEvent, __: unknown, value: unknown): void {
  if (value === null || value === undefined || value === '') {
    element?.remove();
    element = null;
    return;
  }
  if (element === null) {
    element = document.createElement('div');
    element.className =
      'pointer-events-none fixed z-50 max-w-80 rounded-md border border-line bg-raised px-2 py-1 text-small text-ink shadow-float';
    document.body.append(element);
  }
  element.replaceChildren(...linesOf(value));
  const { offsetWidth, offsetHeight } = element;
  const left =
    event.clientX + 14 + offsetWidth > innerWidth ? event.clientX - 14 - offsetWidth : event.clientX + 14;
  const top = Math.min(event.clientY + 14, innerHeight - offsetHeight - 8);
  element.style.left = `${Math.max(8, left)}px`;
  element.style.top = `${top}px`;
}

function linesOf(value: unknown): Node[] {
  const fields = typeof value === 'object' && value !== null ? Object.entries(value) : [['', value]];
  return fields.map(([name, content]) => {
    const line = document.createElement('div');
    const label = document.createElement('span');
    label.className = 'text-ink-faint';
    label.textContent = name === '' ? '' : `${name}  `;
    line.append(label, typeof content === 'number' ? formatNumber(content, 5) : String(content));
    return line;
  });
}
