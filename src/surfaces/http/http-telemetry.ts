/** What is counted of requests; every word handed in is one of a fixed list. */
export interface HttpTelemetry {
  /** `left`: the client went away first. */
  answered(operation: string, status: number | 'left', seconds: number): void;
  refused(surface: 'http' | 'mcp', code: string): void;
  /** An event stream is open until the function it gives is called. */
  reading(): () => void;
}

export const NO_TELEMETRY: HttpTelemetry = { answered() {}, refused() {}, reading: () => () => {} };
