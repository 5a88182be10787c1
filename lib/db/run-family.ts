/**
 * A run and the runs of sub-workflows that it waits for, however deep: `id` of each, and `place`, the steps that lead to it
 * (empty for the run itself). A table expression; `root` is an expression for the id of the run.
 */
export const familySql = (root: string) => `(
  WITH RECURSIVE family AS (
    SELECT ${root} AS id, ''::text AS place
    UNION ALL
    SELECT c.id, f.place || w.node_key || '/' FROM family f
      JOIN waits w ON w.run_id = f.id AND w.kind = 'child' AND w.state = 'open' JOIN runs c ON c.parent_wait_id = w.id
  ) SELECT id, place FROM family)`
