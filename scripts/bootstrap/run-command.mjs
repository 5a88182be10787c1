import { spawn } from 'node:child_process'

/**
 * Runs a program to its end and keeps what it prints. Resolves with `{ code, output }`; never rejects for an exit code.
 * `onLine` hears each line as it comes.
 */
export function runCommand(program, args, { cwd = process.cwd(), env = process.env, onLine } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let rest = ''
    const take = (chunk) => {
      output += chunk
      if (!onLine) return
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line)
    }
    child.stdout.setEncoding('utf8').on('data', take)
    child.stderr.setEncoding('utf8').on('data', take)
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/** The last lines of a program's output that say something, for the one sentence of a failure. */
export function lastLines(output, count = 3) {
  const lines = output.split('\n').map((line) => line.trim())
  return lines.filter(Boolean).slice(-count).join(' | ')
}
