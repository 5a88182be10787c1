/**
 * The server as `npm start` bundles it: everything that needs the installed packages. scripts/start.mjs, which has no
 * dependencies, calls these in order.
 */
export { claimStrayError } from '@/lib/worker/stray-errors'
export { checkGivenDatabase, joinDatabase, migrateDatabase, openDatabase } from './server/database'
export { claimDataFolder } from './server/instance-lock'
export { readKnobs, settlePort } from './server/knobs'
export { loadSecrets } from './server/secrets'
export { seed } from './server/seed'
export { serve } from './server/serve'
export { welcome } from './server/welcome'
export { serveWorker } from './server/worker-alone'
