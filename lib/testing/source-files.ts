import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository as the architecture test sees it. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

export interface Import {
  /** As written: `./decide`, `@/lib/ids`, `zod`. */
  specifier: string
  /** `import type …` or `export type …`: gone when the code runs. */
  typeOnly: boolean
  /** The file it leads to, from the root of the repository; undefined for a package. */
  file: string | undefined
}

export interface SourceFile {
  path: string
  text: string
  /** {@link text} without comments. */
  code: string
  lines: number
  imports: Import[]
}

const IMPORT =
  /\b(?:import|export)\s+(type\s+)?(?:[\w$*{}\s,]+?\s+from\s+)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*[,)]/g

/** What holds no source of ours: packages, builds, data, generated code. */
const SKIPPED = /^(\..*|node_modules|dist|public|generated|test-results|playwright-report)$/

/** Every source file of the repository, by its path from the root. */
export function sourceFiles(): SourceFile[] {
  return listFiles('').map(readSource)
}

function listFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) return SKIPPED.test(entry.name) ? [] : listFiles(path)
      return /\.(tsx?|mjs|js)$/.test(entry.name) && entry.name !== 'next-env.d.ts' ? [path] : []
    })
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const code = withoutComments(text)
  const imports = [...code.matchAll(IMPORT)].map((match) => {
    const specifier = match[2] ?? match[3] ?? ''
    const typeOnly = match[1] !== undefined || onlyInlineTypes(match[0])
    return { specifier, typeOnly, file: resolveImport(path, specifier) }
  })
  return { path, text, code, lines: text.split('\n').length - 1, imports }
}

/** `import { type A, type B } from …` leaves nothing behind either. */
function onlyInlineTypes(statement: string): boolean {
  const names = /\{([^}]*)\}/.exec(statement)?.[1]
  if (names === undefined || /^(?:import|export)\s+\w/.test(statement)) return false
  const listed = names.split(',').map((name) => name.trim())
  return listed.every((name) => name === '' || name.startsWith('type '))
}

function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.') && !specifier.startsWith('@/')) return undefined
  const target = specifier.startsWith('@/') ? specifier.slice(2) : posix.join(posix.dirname(from), specifier)
  const candidates = [target, `${target}.ts`, `${target}.tsx`, `${target}.mjs`, `${target}/index.ts`]
  return candidates.find((path) => /\.\w+$/.test(path) && existsSync(join(ROOT, path))) ?? target
}

/** Comments out, strings and templates untouched: a commented import is not one, a URL in a string is no comment. */
export function withoutComments(text: string): string {
  const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g
  return text.replace(token, (found) => (found.startsWith('/*') || found.startsWith('//') ? ' ' : found))
}
