/** Two kinds that the sum of two columns tells apart, and a number that goes with it. */
export const sumRows = (rows: number, phase = 0): string =>
  [
    'kind,size,length,width,depth',
    ...Array.from({ length: rows }, (_, row) => {
      const [length, width, depth] = [1, 2, 3].map((at) => Math.sin(1.7 * (row + phase) * at + at) * 2) as [
        number,
        number,
        number,
      ];
      const kind = length + width > 0.1 * depth ? 'wide' : 'slim';
      return [
        kind,
        (2 * length - width).toFixed(3),
        ...[length, width, depth].map((value) => value.toFixed(3)),
      ];
    }).map((cells) => cells.join(',')),
  ].join('\n');
