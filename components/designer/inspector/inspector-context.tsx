'use client'

import { createContext, useContext } from 'react'
import type { Word } from './code/vocabulary'

/** What fields need to know about where they are. */
export interface InspectorScope {
  readOnly: boolean
  vocabulary(): readonly Word[]
  /** What is wrong at a path below the value being edited, e.g. `branches.0.when`; undefined when nothing is. */
  problemAt(path: string): string | undefined
  /**
   * What a new value at a path does to the ports of the step: half a name must not cut the edges of the port that it is
   * becoming, so a rename is taken over when the typing is done, and one that loses a port not at all.
   */
  portEffect(path: string, value: unknown): 'none' | 'renames' | 'loses'
}

const InspectorScopeContext = createContext<InspectorScope | null>(null)
export const InspectorScopeProvider = InspectorScopeContext

export function useInspectorScope(): InspectorScope {
  const scope = useContext(InspectorScopeContext)
  if (scope === null) throw new Error('a field belongs inside an InspectorScopeProvider')
  return scope
}
