export const ALGORITHM: string
/** Everything that is wrong with an exported log; empty when it is whole. */
export function problemsOf(document: unknown, expectedHash?: string): string[]
/** Exit code 0: whole; 1: not; 2: cannot be read. */
export function main(args: string[], say?: { log(text: string): void; error(text: string): void }): number
