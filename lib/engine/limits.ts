/** Limits of one run. Source: `docs/workflows.md`, limits. */

/** All outputs that are held inline, together. */
export const MAX_STATE_BYTES = 16 * 1024 * 1024
/** Events of one run. */
export const MAX_EVENTS = 100_000
/** The output of one node, kept apart when it is over 256 KiB. */
export const MAX_OUTPUT_BYTES = 10 * 1024 * 1024
