export interface Product {
  url: string
  pid: number
  dataFolder: string
  /** Everything it printed so far. */
  output(): string
  /** Ends it in good order; its exit code, null when it had to be killed. */
  stop(): Promise<number | null>
  /** Kills it as a power cut would. Its database keeps running. */
  kill(): Promise<number | null>
  firstRun(): { url: string; email: string; password: string; api_key: string; workflows: Record<string, string> }
  removeData(): void
}

export function newDataFolder(): string
/** Throws with everything it printed when it does not become ready. */
export function startProduct(
  root: string,
  options?: { dataFolder?: string; environment?: Record<string, string> },
): Promise<Product>
export function startWorkerAlone(
  root: string,
  options: { dataFolder: string },
): Promise<Pick<Product, 'output' | 'stop'>>
export function refusedStart(
  root: string,
  environment: Record<string, string>,
  args?: string[],
): Promise<{ code: number | null; output: string }>
