import { createStore, type StoreApi } from 'zustand/vanilla'
import type { StepPlace } from '../document/place'

export type InspectorTab = 'step' | 'workflow' | 'json'
export type DialogName = 'publish' | 'versions' | 'shortcuts' | 'run'

/** What is open on the page. Not part of the document, hence not of its history. */
export interface UiState {
  palette: boolean
  inspector: boolean
  tab: InspectorTab
  minimap: boolean
  snap: boolean
  problems: boolean
  find: boolean
  dialog: DialogName | null
  /** The question about a conflict was put aside; it is still open. */
  conflictClosed: boolean
  /** The run whose live states lie over the canvas. */
  runId: string | null
  /** The picker of step types, and where on the screen it opens. */
  picker: { place: StepPlace; clientX: number; clientY: number } | null
  /** The list of containers that the selected steps can go into, and where on the screen it opens. */
  containerPicker: { clientX: number; clientY: number } | null
  /** A field of the selected node to be shown and focused, by its path below the config; `name` for the name. */
  focusField: { nodeId: string; path: string; nonce: number } | null
  set(change: Partial<Omit<UiState, 'set'>>): void
}

export type UiStore = StoreApi<UiState>

export interface UiPreferences {
  palette: boolean
  minimap: boolean
  snap: boolean
}

const KEY = 'countersign:designer'

export function createUiStore(preferences: Partial<UiPreferences> = {}): UiStore {
  return createStore<UiState>((set) => ({
    palette: preferences.palette ?? true,
    inspector: true,
    tab: 'workflow',
    minimap: preferences.minimap ?? false,
    snap: preferences.snap ?? true,
    problems: false,
    find: false,
    dialog: null,
    conflictClosed: false,
    runId: null,
    picker: null,
    containerPicker: null,
    focusField: null,
    set,
  }))
}

/** What a person chose last time in this browser. A full or forbidden storage is no reason to fail. */
export function readPreferences(storage: Pick<Storage, 'getItem'>): Partial<UiPreferences> {
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? '{}')
    if (typeof value !== 'object' || value === null) return {}
    const entries = Object.entries(value).filter(([, on]) => typeof on === 'boolean')
    return Object.fromEntries(entries)
  } catch {
    return {}
  }
}

export function writePreferences(storage: Pick<Storage, 'setItem'>, { palette, minimap, snap }: UiPreferences): void {
  try {
    storage.setItem(KEY, JSON.stringify({ palette, minimap, snap }))
  } catch {
    // Preferences are a comfort; without storage they last as long as the page.
  }
}
