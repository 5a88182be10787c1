'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useReactFlow } from 'reactflow'
import { createStore } from 'zustand/vanilla'
import { copyText } from '@/components/ui/copy-text'
import { toast } from '@/components/ui/toast'
import { queryKey } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { Workflow } from '@/lib/api/contracts/workflows'
import { canonicalJson } from '@/lib/engine/canonical-json'
import type { WorkflowDefinition } from '@/lib/workflow/document'
import type { CanvasPort, ClipboardPort } from './actions/action'
import { Autosave } from './autosave/autosave'
import { saveDraft } from './autosave/save-draft'
import { readUnsaved, writeUnsaved } from './autosave/unsaved-draft'
import { watchDocument } from './autosave/watch-document'
import type { DesignerServices, WorkflowMeta } from './designer-context'
import { boundsOf } from './document/geometry'
import { FIT, MIN_ZOOM } from './graph-view'
import { createDesignerStore } from './store/designer-store'
import { createProblemStore, watchProblems } from './store/problem-store'
import { createUiStore, readPreferences, writePreferences } from './store/ui-store'
import type { FlowEdge, FlowNode } from './to-flow'

const MOVE_MS = 180
/** How near to the edge of the canvas a card may lie and still count as seen. */
const EDGE_PX = 24
const READABLE_ZOOM = 0.5
/** How long a step that was just added may take to be drawn. */
const MAX_FRAMES = 10

/** Builds the parts of one open designer and keeps them in step: document → drawing, problems, autosave, browser storage. */
export function useDesignerServices(workflow: Workflow, readOnly: boolean): DesignerServices {
  const flow = useReactFlow<FlowNode, FlowEdge>()
  const flowRef = useRef(flow)
  flowRef.current = flow
  const client = useQueryClient()
  const [services] = useState(() => {
    const pointer: DesignerServices['pointer'] = { current: null }
    const canvasElement: DesignerServices['canvasElement'] = { current: null }
    const store = createDesignerStore(workflow.definition, { readOnly })
    const ui = createUiStore(startingPreferences(workflow.definition))
    const autosave = new Autosave(
      {
        save: (draft, revision) =>
          saveDraft(workflow.id, draft, revision, (saved) => {
            client.setQueryData(queryKey(contracts.getWorkflow, { params: { workflow_id: workflow.id } }), saved)
            void client.invalidateQueries({ queryKey: queryKey(contracts.listWorkflows), refetchType: 'none' })
          }),
        keep: (unsaved) => {
          const kept = unsaved === null ? null : { ...unsaved, atMs: Date.now() }
          writeUnsaved(window.localStorage, workflow.id, kept)
        },
        now: Date.now,
        later: (callback, delayMs) => {
          const timer = setTimeout(callback, delayMs)
          return () => clearTimeout(timer)
        },
      },
      workflow.draft_revision,
    )
    const meta = createStore<WorkflowMeta>(() => ({ name: workflow.name, description: workflow.description }))
    const built: DesignerServices = {
      workflowId: workflow.id,
      store,
      ui,
      problems: createProblemStore(),
      autosave,
      meta,
      setMeta: (change) => {
        const before: WorkflowMeta = meta.getState()
        const changed = (Object.keys(change) as (keyof WorkflowMeta)[]).some((key) => change[key] !== before[key])
        if (!changed || store.getState().readOnly) return
        meta.setState(change)
        autosave.change(change)
      },
      pointer,
      canvasElement,
      show: watchDocument(store, autosave),
      actions: {
        document: store.getState,
        ui: ui.getState,
        canvas: canvasPort(() => flowRef.current, pointer, canvasElement),
        clipboard,
        notify: (message, kind) => (kind === 'error' ? toast.error(message) : toast(message)),
        save: () => autosave.flush(),
      },
    }
    return built
  })

  useEffect(() => services.store.getState().setReadOnly(readOnly), [services, readOnly])
  useEffect(() => watchProblems(services.store, services.problems, findProblems), [services])
  useEffect(() => services.ui.subscribe((state) => writePreferences(window.localStorage, state)), [services])
  useRestore(services, workflow, readOnly)
  useLeaving(services)
  return services
}

/** Loaded after the first look: the rules bring the expression language along. */
async function findProblems(definition: WorkflowDefinition) {
  const { validateDefinition } = await import('@/lib/workflow/validate')
  return validateDefinition(definition).problems
}

const clipboard: ClipboardPort = {
  write: async (text) => {
    if (!(await copyText(text))) throw new Error('The browser does not let this page copy.')
  },
  read: () =>
    navigator.clipboard.readText().catch((cause: unknown) => {
      throw new Error('The browser does not let this page read the clipboard. Paste with the keyboard.', { cause })
    }),
}

function startingPreferences(definition: WorkflowDefinition) {
  if (typeof window === 'undefined') return {}
  // Room for the canvas first: the palette is one key away. Whoever starts from nothing needs to see what there is.
  const roomy = window.innerWidth >= 1_500 || definition.nodes.length <= 2
  return { palette: roomy, minimap: definition.nodes.length > 24, ...readPreferences(window.localStorage) }
}

/** What this browser still holds of an earlier visit comes back; over somebody else's newer draft only by a decision. */
function useRestore(services: DesignerServices, workflow: Workflow, readOnly: boolean): void {
  const done = useRef(false)
  useEffect(() => {
    if (done.current || readOnly) return
    done.current = true
    const kept = readUnsaved(window.localStorage, workflow.id)
    if (kept === undefined) return
    const { definition } = kept.draft
    if (definition === undefined || canonicalJson(definition) === canonicalJson(workflow.definition)) {
      writeUnsaved(window.localStorage, workflow.id, null)
      return
    }
    const conflict = kept.revision !== workflow.draft_revision
    if (conflict) {
      services.autosave.openConflict(kept.draft, {
        revision: workflow.draft_revision,
        definition: workflow.definition,
        savedBy: workflow.draft_saved_by,
        savedAt: workflow.updated_at,
      })
    }
    services.store.getState().commit({ label: 'Restore unsaved changes', definition })
    if (!conflict)
      toast('Changes that had not been saved are back.', { description: 'Undo takes you to the saved draft.' })
  }, [services, workflow, readOnly])
}

/** Nothing is lost by leaving: what is unsaved is sent on the way out, and the browser asks before it closes the page. */
function useLeaving({ autosave }: DesignerServices): void {
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (autosave.hasUnsaved) event.preventDefault()
    }
    const send = () => {
      if (document.visibilityState === 'hidden') void autosave.flush().catch(() => undefined)
      else autosave.wake()
    }
    const wake = () => autosave.wake()
    window.addEventListener('beforeunload', ask)
    window.addEventListener('online', wake)
    document.addEventListener('visibilitychange', send)
    return () => {
      window.removeEventListener('beforeunload', ask)
      window.removeEventListener('online', wake)
      document.removeEventListener('visibilitychange', send)
      // A refusal stays where it is: in this browser, to be restored on the next visit.
      void autosave.flush().catch(() => undefined)
    }
  }, [autosave])
}

function canvasPort(
  flow: () => ReturnType<typeof useReactFlow<FlowNode, FlowEdge>>,
  pointer: DesignerServices['pointer'],
  canvasElement: DesignerServices['canvasElement'],
): CanvasPort {
  const middle = () => {
    const box = canvasElement.current?.getBoundingClientRect()
    return box === undefined
      ? { clientX: 0, clientY: 0 }
      : { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 }
  }
  /** The view moves when one of the steps cannot be seen, once the change that asked for it is drawn. */
  const show = (nodeIds: readonly string[], frames = MAX_FRAMES) => {
    requestAnimationFrame(() => {
      const box = canvasElement.current?.getBoundingClientRect()
      const nodes = nodeIds.flatMap((id) => flow().getInternalNode(id) ?? [])
      if (nodes.length < nodeIds.length && frames > 0) return show(nodeIds, frames - 1)
      if (nodes.length === 0 || box === undefined) return
      const bounds = boundsOf(
        nodes.map(({ internals, width = 0, height = 0 }) => ({ ...internals.positionAbsolute, width, height })),
      )
      const zoom = flow().getZoom()
      const { x: left, y: top } = flow().flowToScreenPosition(bounds)
      const inside =
        left >= box.left + EDGE_PX &&
        top >= box.top + EDGE_PX &&
        left + bounds.width * zoom <= box.right - EDGE_PX &&
        top + bounds.height * zoom <= box.bottom - EDGE_PX
      if (inside) return
      const room = Math.min((box.width - EDGE_PX * 2) / bounds.width, (box.height - EDGE_PX * 2) / bounds.height)
      const centre = { x: bounds.x + bounds.width / 2, y: bounds.y + bounds.height / 2 }
      const wanted = Math.max(MIN_ZOOM, Math.min(Math.max(zoom, READABLE_ZOOM), room))
      void flow().setCenter(centre.x, centre.y, { zoom: wanted, duration: MOVE_MS })
    })
  }
  return {
    fit: (nodeIds) => {
      const nodes = nodeIds?.map((id) => ({ id }))
      // After the change that asked for it is drawn.
      requestAnimationFrame(() => void flow().fitView({ ...FIT, ...(nodes ? { nodes } : {}), duration: MOVE_MS }))
    },
    reveal: (nodeId) => show([nodeId]),
    revealAll: (nodeIds) => show(nodeIds),
    zoomIn: () => void flow().zoomIn({ duration: MOVE_MS }),
    zoomOut: () => void flow().zoomOut({ duration: MOVE_MS }),
    zoomTo: (zoom) => void flow().zoomTo(zoom, { duration: MOVE_MS }),
    place: () => {
      const { clientX, clientY } = pointer.current ?? middle()
      return { at: flow().screenToFlowPosition({ x: clientX, y: clientY }, { snapToGrid: false }), clientX, clientY }
    },
    screenPlaceOf: (nodeId) => {
      const node = flow().getInternalNode(nodeId)
      if (node === undefined) return middle()
      const { x: left, y: top } = node.internals.positionAbsolute
      const { x, y } = flow().flowToScreenPosition({ x: left + (node.width ?? 0), y: top })
      return { clientX: x, clientY: y }
    },
  }
}
