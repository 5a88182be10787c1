import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const IGNORED = new Set(['node_modules', 'generated', 'testing', 'test'])

/** A hash over names and contents of these files and folders below `root`. Tests are no part of it; absent paths are. */
export function contentHash(root, paths) {
  const hash = createHash('sha256').update(process.versions.modules)
  for (const path of paths) add(path)
  return hash.digest('hex')

  function add(path) {
    const full = join(root, path)
    let entries
    try {
      entries = readdirSync(full, { withFileTypes: true })
    } catch {
      hash.update(`${path}\0`)
      if (existsSync(full)) hash.update(readFileSync(full))
      return
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const skipped = entry.isDirectory() ? IGNORED.has(entry.name) : /\.(test|spec)\.tsx?$/.test(entry.name)
      if (!skipped) add(`${path}/${entry.name}`)
    }
  }
}

/** Does the work unless the stamp file says that it was done for this very content. Returns whether it was done. */
export async function unlessFresh(stampFile, content, work) {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === content) return false
  await work()
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, content)
  return true
}
