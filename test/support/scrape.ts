type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** What Prometheus would get from that address. */
export interface Scrape {
  readonly text: string;
  /** Every sample of that name whose labels include these. */
  samples(name: string, labels?: Labels): readonly Sample[];
  /** The sum of those. */
  sum(name: string, labels?: Labels): number;
}

export async function scrape(url: string): Promise<Scrape> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  const samples: Scrape['samples'] = (name, labels = {}) =>
    text
      .split('\n')
      .map((line) => /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line))
      .filter((match) => match?.[1] === name)
      .map((match) => ({ labels: labelsOf(match![2] ?? ''), value: Number(match![3]) }))
      .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value));
  return { text, samples, sum: (...of) => samples(...of).reduce((total, { value }) => total + value, 0) };
}

const labelsOf = (text: string): Labels =>
  Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]));
