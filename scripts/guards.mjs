/** `npm run test:guards`: see scripts/guards/main.ts. */
import { spawn } from 'node:child_process'

const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/guards/main.ts', ...process.argv.slice(2)], {
  stdio: 'inherit',
})
child.on('exit', (code) => process.exit(code ?? 1))
