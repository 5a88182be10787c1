import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

interface Options {
  env?: Record<string, string>
  cwd?: string
  /** Gets all that it wrote so far, each time that there is more: for a program that waits for something to be done. */
  heard?: (out: string) => void
}

/** Runs a program to its end. What it wrote, and the code it ended with. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { env = {}, cwd = process.cwd(), heard = () => undefined }: Options = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject))
  const [code, out, err] = await Promise.all([ended, all(child.stdout, heard), text(child.stderr)])
  return { code, out, err }
}

async function all(output: Readable, heard: (out: string) => void): Promise<string> {
  let out = ''
  for await (const chunk of output.setEncoding('utf8')) {
    out += chunk
    heard(out)
  }
  return out
}
