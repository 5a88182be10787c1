import { hashOf } from '../db/json-hash'

/**
 * The hash chain of a run, see `docs/provenance.md`. Each part is hashed together with the hash of the part before it, so
 * nothing can be changed, moved, left out or added without every later hash being another one. Pure.
 */
export const PROVENANCE_ALGORITHM = 'countersign-provenance-1'

/** What the chain begins with. */
export interface ProvenanceRun {
  run_id: string
  workflow_id: string
  version_number: number | null
  definition_hash: string
  input_hash: string
  created_at: string
}

/** One finished step, in the order in which the steps finished. */
export interface ProvenanceStep {
  /** Of the event by which it finished. */
  seq: number
  node_key: string
  node_id: string
  status: 'succeeded' | 'failed'
  attempt: number
  /** It was taken over from the run that this one continues. */
  reused: boolean
  input_hash: string
  output_hash: string
  at: string
}

/** Where the chain ends: how many steps there are, and how the run stood then. */
export interface ProvenanceEnd {
  status: string
  steps: number
  output_hash: string
  at: string | null
}

export type Linked<Part> = Part & { previous_hash: string; hash: string }

/** Links parts to a chain, one after the other. */
export class Chain {
  #last = ''

  begin(run: ProvenanceRun): ProvenanceRun & { hash: string } {
    this.#last = hashOf({ algorithm: PROVENANCE_ALGORITHM, ...run })
    return { ...run, hash: this.#last }
  }

  add<Part extends ProvenanceStep | ProvenanceEnd>(part: Part): Linked<Part> {
    const previous_hash = this.#last
    this.#last = hashOf({ previous_hash, ...part })
    return { ...part, previous_hash, hash: this.#last }
  }
}
