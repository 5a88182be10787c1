import { spawn } from 'node:child_process'

/** What runs now; it does not outlive this process. */
const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM')
})

/**
 * Runs a program to its end and keeps what it prints. Resolves with `{ code, output }`; never rejects for an exit code.
 * `show` also passes the output on as it comes; after `timeoutMs` the program is killed, which is code 124.
 */
export function runCommand(program, args, { cwd = process.cwd(), env = process.env, show = false, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(child)
    let output = ''
    let timedOut = false
    const timer =
      timeoutMs &&
      setTimeout(() => {
        timedOut = true
        child.kill('SIGKILL')
      }, timeoutMs)
    const take = (chunk) => {
      output += chunk
      if (show) process.stdout.write(chunk)
    }
    child.stdout.setEncoding('utf8').on('data', take)
    child.stderr.setEncoding('utf8').on('data', take)
    child.on('error', (error) => {
      running.delete(child)
      clearTimeout(timer)
      reject(error)
    })
    child.on('close', (code) => {
      running.delete(child)
      clearTimeout(timer)
      resolve({ code: timedOut ? 124 : (code ?? 1), output })
    })
  })
}

/** The last lines of a program's output that say something, for the one sentence of a failure. */
export function lastLines(output, count = 3) {
  const lines = output.split('\n').map((line) => line.trim())
  return lines.filter(Boolean).slice(-count).join(' | ')
}
