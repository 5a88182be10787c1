/** `npm run chaos`: see scripts/chaos/main.ts. */
import { spawn } from 'node:child_process'

const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/chaos/main.ts', ...process.argv.slice(2)], {
  stdio: 'inherit',
})
child.on('exit', (code) => process.exit(code ?? 1))
