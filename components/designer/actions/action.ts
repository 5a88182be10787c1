import type { Point } from '../document/edit'
import type { Change, DesignerState } from '../store/designer-store'
import type { UiState } from '../store/ui-store'

/** What an action can do to the picture: zoom, scroll, look. React Flow stands behind it. */
export interface CanvasPort {
  /** Brings these nodes into view, or the whole workflow. */
  fit(nodeIds?: readonly string[]): void
  /** Scrolls to a node if it cannot be seen; the zoom stays. */
  reveal(nodeId: string): void
  /** Moves the view as little as shows these nodes, once the change that made them is drawn; not at all when they are seen. */
  revealAll(nodeIds: readonly string[]): void
  zoomIn(): void
  zoomOut(): void
  zoomTo(zoom: number): void
  /** Where the pointer is, or the middle of what is seen, in coordinates of the document and of the screen. */
  place(): { at: Point; clientX: number; clientY: number }
  /** Where a node is on the screen. */
  screenPlaceOf(nodeId: string): { clientX: number; clientY: number }
}

export interface ClipboardPort {
  write(text: string): Promise<void>
  /** Rejects when the browser does not allow reading. */
  read(): Promise<string>
}

/** All that an action may look at and use. */
export interface ActionContext {
  /** The document as it is now; read it again after waiting for something. */
  document(): DesignerState
  ui(): UiState
  canvas: CanvasPort
  clipboard: ClipboardPort
  /** One line to the person, e.g. what was left out. */
  notify(message: string, kind?: 'info' | 'error'): void
  /** Saves what is not saved; resolves when the server has it, rejects with a message when it could not. */
  save(): Promise<void>
}

export const ACTION_GROUPS = ['Edit', 'Step', 'Arrange', 'View', 'Workflow'] as const
export type ActionGroup = (typeof ACTION_GROUPS)[number]

/**
 * One thing a person can do. The toolbar, the context menu, the keyboard and the command palette are lists of these, so
 * that nothing can be done in one place and not in another.
 */
export interface DesignerAction {
  id: string
  label: string
  group: ActionGroup
  /** E.g. `mod+shift+z`; `mod` is ⌘ or Ctrl. The first is shown. */
  shortcuts?: readonly string[]
  /** Works although the document may only be read. */
  readable?: boolean
  /** What exactly it would do now, e.g. `Undo: Move`; absent: the label says it. */
  describe?(context: ActionContext): string
  /** Whether it is on, for those that switch something. */
  active?(context: ActionContext): boolean
  enabled(context: ActionContext): boolean
  /** The change to commit as one entry of the history; nothing for what only concerns the view. */
  perform(context: ActionContext): Change | undefined | Promise<Change | undefined>
}

export function isEnabled(action: DesignerAction, context: ActionContext): boolean {
  if (context.document().readOnly && action.readable !== true) return false
  return action.enabled(context)
}

/** Performs an action if it is enabled. What it throws is said to the person and ends there. */
export async function runAction(action: DesignerAction, context: ActionContext): Promise<void> {
  if (!isEnabled(action, context)) return
  try {
    const change = await action.perform(context)
    if (change !== undefined) context.document().commit(change)
  } catch (error) {
    context.notify(error instanceof Error ? error.message : `“${action.label}” did not work.`, 'error')
  }
}
