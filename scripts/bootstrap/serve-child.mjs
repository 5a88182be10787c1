/** The process that scripts/bootstrap/dev-server.mjs replaces when the server's sources change. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importServer } from './build.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const GRACE_MS = 2_000
const LIMIT_MS = 5_000

const product = await importServer(root)
const serving = await product.serve({ dev: true })
process.send?.('listening')

const stop = async () => {
  setTimeout(() => process.exit(1), LIMIT_MS).unref()
  await serving.stop(GRACE_MS)
  process.exit(0)
}
process.once('SIGTERM', stop)
process.once('disconnect', stop) // the parent is gone
