/** One line of the result; `isMet` is absent where there is no target. */
export interface Row {
  what: string
  measured: string
  target?: string
  isMet?: boolean
}

export function table(rows: readonly Row[]): string {
  const cells = [
    ['what', 'measured', 'target', ''],
    ...rows.map(({ what, measured, target, isMet }) => [
      what,
      measured,
      target ?? '',
      isMet === undefined ? '' : isMet ? 'met' : 'NOT MET',
    ]),
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  return cells.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}
