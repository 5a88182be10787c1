import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Obstacle } from './obstacle'

const secretsSchema = z.object({ NEXTAUTH_SECRET: z.string().min(32), ENCRYPTION_KEY: z.string().min(32) })

/**
 * Puts the secrets of this installation into the environment: those that the operator set stay, the others come from
 * `DATA_DIR/secrets.json` (mode 0600), made of random bytes on the first start. There are no default secrets.
 */
export async function loadSecrets(dataFolder: string): Promise<void> {
  const file = join(dataFolder, 'secrets.json')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const secrets = text === undefined ? await makeSecrets(file) : parse(file, text)
  for (const [name, value] of Object.entries(secrets)) process.env[name] ||= value
}

async function makeSecrets(file: string): Promise<z.infer<typeof secretsSchema>> {
  const random = () => randomBytes(32).toString('base64url')
  const secrets = { NEXTAUTH_SECRET: random(), ENCRYPTION_KEY: random() }
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  return secrets
}

function parse(file: string, text: string): z.infer<typeof secretsSchema> {
  try {
    return secretsSchema.parse(JSON.parse(text))
  } catch {
    throw new Obstacle(`${file} is damaged: restore it from a backup, or delete it, which signs everybody out.`)
  }
}
