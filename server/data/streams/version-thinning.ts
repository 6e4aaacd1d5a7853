const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export interface Dated {
  id: string;
  createdAt: Date;
}

/**
 * Which versions of a topic's dataset may go, oldest first: of the last hour none; of the day before that all but the
 * last of each hour; of older ones all but the last of each day (UTC). What is kept by a day was kept by its hour
 * before, so that looking often or seldom comes to the same.
 */
export function versionsToThin<Version extends Dated>(versions: readonly Version[], now: Date): Version[] {
  const byTime = versions.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  const spanOf = ({ createdAt }: Version): string | null => {
    const at = createdAt.getTime();
    const age = now.getTime() - at;
    if (age < hourMs) return null;
    return age < hourMs + dayMs ? `hour ${Math.floor(at / hourMs)}` : `day ${Math.floor(at / dayMs)}`;
  };
  const last = new Map<string, Version>();
  for (const version of byTime) {
    const span = spanOf(version);
    if (span !== null) last.set(span, version);
  }
  return byTime.filter((version) => {
    const span = spanOf(version);
    return span !== null && last.get(span) !== version;
  });
}
