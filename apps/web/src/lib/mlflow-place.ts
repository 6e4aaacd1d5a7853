/** Where an address leads that MLflow's client prints after a run, or null: its own pages lie behind a hash. */
export function mlflowPlace(hash: string) {
  const [, kind, id = ''] = /^#?\/(experiments|models)\/([^/?]+)/.exec(hash) ?? [];
  if (kind === 'experiments')
    return { to: '/models/experiments/$experimentId', params: { experimentId: id } } as const;
  if (kind === 'models')
    return {
      to: '/models',
      search: { search: new URLSearchParams(`name=${id}`).get('name') ?? id },
    } as const;
  return null;
}
