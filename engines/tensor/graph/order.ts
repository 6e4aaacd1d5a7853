import type { Tensor } from './tensor.ts';

/**
 * All that `ends` depend on through `inputsOf`, each after its inputs; `ends` at last. Deep graphs are
 * welcome.
 */
export function inOrder(ends: readonly Tensor[], inputsOf: (tensor: Tensor) => readonly Tensor[]): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  const path: { tensor: Tensor; inputs: readonly Tensor[]; next: number }[] = [];
  const enter = (tensor: Tensor) => {
    if (seen.has(tensor)) return;
    seen.add(tensor);
    path.push({ tensor, inputs: inputsOf(tensor), next: 0 });
  };
  for (const end of ends) {
    enter(end);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const input = at.inputs[at.next];
      at.next += 1;
      if (input !== undefined) enter(input);
      else {
        order.push(at.tensor);
        path.pop();
      }
    }
  }
  return order;
}

/** What a tensor's gradient flows into. */
export function differentiated({ node }: Tensor): readonly Tensor[] {
  return node.kind === 'operation' || node.kind === 'alias' ? node.inputs : [];
}
