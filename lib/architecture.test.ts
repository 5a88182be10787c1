import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type SourceFile, sourceFiles, withoutComments } from './testing/source-files'

/**
 * The map of the house as a test: who may import whom. A room may import itself and what stands beside its name; `types`
 * of a room are erased when the code runs. `packages` are the npm and Node modules, where they are limited.
 */
interface Room {
  name: string
  holds: RegExp
  imports: string[]
  types?: string[]
  packages?: RegExp
}

const PURE = /^(zod|jsonata|re2js)$/
const NO_FRAMEWORK = /^(?!next(?:\/|$)|next-auth|react|@prisma\/)/

/** The first room whose pattern matches holds the file. */
const ROOMS: Room[] = [
  {
    name: 'tests',
    holds: /\.test\.tsx?$|^lib\/(testing|simulator)\/|\/test\/|^e2e\/|^vitest\.config\.ts$/,
    imports: ['*'],
  },

  {
    name: 'errors',
    holds: /^lib\/(errors|ids|clock|faults|limits|limits-of-documents|audit-actions)\.ts$/,
    imports: [],
    packages: /^node:process$/,
  },
  {
    name: 'env',
    holds: /^lib\/(env|log|callback-url)\.ts$/,
    imports: ['errors'],
    packages: /^(zod|pino|node:crypto)$/,
  },
  { name: 'permissions', holds: /^lib\/auth\/permissions\.ts$/, imports: ['errors'], packages: PURE },
  { name: 'generated', holds: /^lib\/db\/generated\//, imports: ['*'] },

  { name: 'engine', holds: /^lib\/engine\//, imports: ['errors'], types: ['workflow'], packages: PURE },
  { name: 'workflow', holds: /^lib\/workflow\//, imports: ['errors', 'engine', 'nodes'], packages: PURE },
  {
    name: 'runners',
    holds: /^lib\/nodes\/(.*\.run|runners|runner|egress[\w-]*)\.ts$/,
    imports: ['nodes', 'engine', 'errors', 'env'],
    types: ['workflow'],
    packages: NO_FRAMEWORK,
  },
  { name: 'nodes', holds: /^lib\/nodes\//, imports: ['errors', 'engine'], types: ['workflow'], packages: PURE },

  {
    name: 'db',
    holds: /^lib\/db\//,
    imports: ['engine', 'errors', 'env', 'generated'],
    types: ['workflow', 'permissions', 'auth'],
    packages: /^(node:|pg$|@prisma\/|graphile-worker$|zod$)/,
  },
  {
    name: 'auth',
    holds: /^lib\/auth\//,
    imports: ['db', 'errors', 'env', 'permissions'],
    packages:
      /^(node:|zod$|next-auth|next\/(headers|navigation)$|@node-rs\/argon2$|rate-limiter-flexible$|jose$|@node-oauth\/oauth2-server$)/,
  },
  {
    name: 'usecases',
    holds: /^lib\/usecases\//,
    imports: ['auth', 'permissions', 'db', 'workflow', 'engine', 'nodes', 'errors', 'env'],
    types: ['contracts'],
    packages: NO_FRAMEWORK,
  },
  {
    name: 'worker',
    holds: /^lib\/worker\//,
    imports: ['engine', 'nodes', 'runners', 'db', 'workflow', 'errors', 'env'],
    packages: NO_FRAMEWORK,
  },
  { name: 'frames', holds: /^lib\/live\/frames\.ts$/, imports: ['engine'], packages: PURE },
  {
    name: 'live',
    holds: /^lib\/live\//,
    imports: ['frames', 'db', 'engine', 'errors', 'env'],
    packages: /^(node:|zod$)/,
  },

  {
    name: 'contracts',
    holds: /^lib\/api\/(contracts|dialects)\//,
    imports: ['errors', 'engine', 'workflow', 'frames', 'permissions'],
    packages: PURE,
  },
  {
    name: 'client',
    holds: /^lib\/api\/client\//,
    imports: ['errors', 'contracts', 'frames', 'engine'],
    packages: /^(zod|react|@tanstack\/react-query)$/,
  },
  {
    name: 'server',
    holds: /^lib\/(api\/server|mcp)\//,
    imports: ['contracts', 'usecases', 'auth', 'permissions', 'live', 'frames', 'engine', 'workflow', 'errors', 'env'],
    packages: /^(?!next(?:\/|$)|react|@prisma\/|pg$)/,
  },

  {
    name: 'components',
    holds: /^components\//,
    imports: ['client', 'contracts', 'frames', 'engine', 'workflow', 'nodes', 'permissions', 'errors'],
    packages: /^(?!node:|pg$|@prisma\/|pino|undici)/,
  },
  {
    name: 'app',
    holds: /^app\//,
    imports: ['server', 'usecases', 'auth', 'permissions', 'components', 'client', 'contracts', 'errors', 'env'],
    packages: /^(?!node:|pg$|@prisma\/)/,
  },
  { name: 'scripts', holds: /^scripts\//, imports: ['*'] },
  { name: 'configuration', holds: /^[\w.-]+$/, imports: [] },
]

const files = sourceFiles()
const byPath = new Map(files.map((file) => [file.path, file]))

const NO_ROOM: Room = { name: 'no room', holds: /./, imports: [] }

function roomOf(path: string): Room {
  return ROOMS.find(({ holds }) => holds.test(path)) ?? NO_ROOM
}

function mayImport(from: Room, to: Room, typeOnly: boolean): boolean {
  if (from === to || from.imports.includes('*') || from.imports.includes(to.name)) return true
  return typeOnly && (from.types?.includes(to.name) ?? false)
}

describe('who may import whom', () => {
  test('every file stands in a room', () => {
    expect(files.map(({ path }) => path).filter((path) => roomOf(path) === NO_ROOM)).toEqual([])
  })

  test('every import leads to a file that exists', () => {
    const lost = files.flatMap((file) => {
      const targets = file.imports.map((found) => found.file)
      return targets
        .filter((path) => path !== undefined && isCode(path) && !exists(path))
        .map((path) => `${file.path} → ${path}`)
    })
    expect(lost).toEqual([])
  })

  test.each(ROOMS.filter((room) => !room.imports.includes('*')).map((room) => [room.name, room] as const))(
    '%s imports only what its line allows',
    (_name, room) => {
      const broken = files.filter((file) => roomOf(file.path) === room).flatMap((file) => brokenRules(file, room))
      expect(broken).toEqual([])
    },
  )

  test('nothing that runs in a browser reaches server code, however many files lie between', () => {
    const clients = files.filter((file) => /^(components|lib\/api\/client)\//.test(file.path) || isClientFile(file))
    const leaks = clients.filter((file) => roomOf(file.path).name !== 'tests').flatMap((file) => leak(file))
    expect(leaks).toEqual([])
  })

  test('no file imports itself through another folder', () => {
    expect(cycles()).toEqual([])
  })
})

describe('the house style that tools do not check', () => {
  const written = files.filter(({ path }) => !/\.test\.tsx?$|\.spec\.ts$/.test(path))

  test('no file is longer than 400 lines', () => {
    expect(written.filter(({ lines }) => lines > 400).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([])
  })

  test('names are kebab-case', () => {
    const own = files.filter(({ path }) => /^(app|components|lib|scripts|e2e)\//.test(path))
    const segment = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)*|\[{1,2}(?:\.\.\.)?[a-z][A-Za-z]*\]{1,2}|\([a-z-]+\))$/
    expect(own.map(({ path }) => path).filter((path) => !path.split('/').every((part) => segment.test(part)))).toEqual(
      [],
    )
  })

  test('there are no barrel files', () => {
    expect(files.map(({ path }) => path).filter((path) => /(^|\/)index\.tsx?$/.test(path))).toEqual([])
  })

  test('network calls are made in the egress module, the API clients, the stream reader and the scripts only', () => {
    const allowed =
      /^(lib\/nodes\/egress[\w-]*\.ts|lib\/api\/(client|server\/client-file)\/|components\/runs\/stream\/|scripts\/|e2e\/|lib\/testing\/)/
    const calls = written
      .filter(({ path }) => !allowed.test(path))
      .filter((file) => {
        const imported = file.imports.some(
          ({ specifier, typeOnly }) => !typeOnly && /^(undici|(node:)?https?)$/.test(specifier),
        )
        return imported || /(?<![\w.$])fetch\(/.test(file.code)
      })
    expect(calls.map(({ path }) => path)).toEqual([])
  })
})

test('the parser sees through comments and strings', () => {
  expect(withoutComments(`a('// not', "/* nor */") // yes\n/* gone */b`)).toBe(`a('// not', "/* nor */")  \n b`)
})

function brokenRules(file: SourceFile, room: Room): string[] {
  return file.imports.flatMap(({ specifier, typeOnly, file: target }) => {
    if (target === undefined) {
      if (typeOnly || (room.packages?.test(specifier) ?? true)) return []
      return [`${file.path} imports the package ${specifier}`]
    }
    if (!isCode(target) || mayImport(room, roomOf(target), typeOnly)) return []
    return [`${file.path} (${room.name}) imports ${target} (${roomOf(target).name})`]
  })
}

const SERVER_ONLY = new Set([
  'db',
  'auth',
  'usecases',
  'worker',
  'runners',
  'server',
  'live',
  'env',
  'generated',
  'scripts',
])

/** The first path from a browser file to server code, written out. */
function leak(start: SourceFile): string[] {
  const cameFrom = new Map<string, string>([[start.path, '']])
  for (const path of cameFrom.keys()) {
    for (const { specifier, typeOnly, file } of byPath.get(path)?.imports ?? []) {
      if (typeOnly) continue
      const forbidden =
        file === undefined ? specifier.startsWith('node:') : isCode(file) && SERVER_ONLY.has(roomOf(file).name)
      if (forbidden) return [[...way(path, cameFrom), file ?? specifier].join(' → ')]
      if (file !== undefined && !cameFrom.has(file)) cameFrom.set(file, path)
    }
  }
  return []
}

function way(path: string, cameFrom: Map<string, string>): string[] {
  const before = cameFrom.get(path)
  return before ? [...way(before, cameFrom), path] : [path]
}

function cycles(): string[] {
  const found: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (path: string, trail: string[]) => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      const cycle = trail.slice(trail.indexOf(path))
      // Two files side by side may need each other, as a form field and a list of fields do.
      if (new Set(cycle.map((file) => dirname(file))).size > 1) found.push([...cycle, path].join(' → '))
      return
    }
    state.set(path, 'open')
    for (const { typeOnly, file } of byPath.get(path)?.imports ?? []) {
      if (!typeOnly && file !== undefined && !file.startsWith('lib/db/generated/')) visit(file, [...trail, path])
    }
    state.set(path, 'done')
  }
  for (const { path } of files) visit(path, [])
  return found
}

function isClientFile(file: SourceFile): boolean {
  return /^\s*['"]use client['"]/.test(file.code)
}

function isCode(path: string): boolean {
  return !/\.(css|json|svg|png|sql|wasm)$/.test(path)
}

function exists(path: string): boolean {
  return byPath.has(path) || path.startsWith('lib/db/generated/')
}
