'use client'

import {
  AlignCenterHorizontal,
  AlignCenterVertical,
  AlignEndHorizontal,
  AlignEndVertical,
  AlignHorizontalDistributeCenter,
  AlignStartHorizontal,
  AlignStartVertical,
  AlignVerticalDistributeCenter,
  CircleQuestionMark,
  Grid3x3,
  type LucideIcon,
  Map as MapIcon,
  Maximize,
  Minus,
  PanelLeft,
  Plus,
  Redo2,
  Search,
  Undo2,
  WandSparkles,
} from 'lucide-react'
import { useStore } from 'reactflow'
import { useModKey } from '@/components/shell/use-mod-key'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { Tooltip } from '@/components/ui/tooltip'
import { type DesignerAction, isEnabled } from '../actions/action'
import { arrangeActions, layoutAction } from '../actions/arrange-actions'
import { redoAction, undoAction } from '../actions/edit-actions'
import { keysOf } from '../actions/shortcut'
import {
  findAction,
  fitAction,
  minimapAction,
  paletteAction,
  shortcutsAction,
  snapAction,
  zoomInAction,
  zoomOutAction,
  zoomResetAction,
} from '../actions/view-actions'
import { useAct, useDesigner, useServices, useUi } from '../designer-context'

/** What is done to the picture, at the bottom of the canvas. */
export function CanvasToolbar({ readOnly }: { readOnly: boolean }) {
  return (
    <div
      role="toolbar"
      aria-label="Canvas"
      className="pointer-events-auto flex items-center gap-0.5 rounded-xl border border-border-strong bg-popover/95 p-1 shadow-lg backdrop-blur-sm"
    >
      {readOnly ? null : (
        <>
          <AddButton />
          <ToolButton action={paletteAction} icon={PanelLeft} className="@max-2xl:hidden" />
          <Divider />
          <ToolButton action={undoAction} icon={Undo2} />
          <ToolButton action={redoAction} icon={Redo2} />
          <Divider />
          <ToolButton action={layoutAction} icon={WandSparkles} />
          <AlignMenu />
          <ToolButton action={snapAction} icon={Grid3x3} className="@max-2xl:hidden" />
          <Divider />
        </>
      )}
      <ToolButton action={zoomOutAction} icon={Minus} />
      <ZoomLevel />
      <ToolButton action={zoomInAction} icon={Plus} />
      <ToolButton action={fitAction} icon={Maximize} />
      <ToolButton action={minimapAction} icon={MapIcon} />
      <Divider />
      <ToolButton action={findAction} icon={Search} />
      <ToolButton action={shortcutsAction} icon={CircleQuestionMark} className="@max-2xl:hidden" />
    </div>
  )
}

function Divider() {
  return <span aria-hidden className="mx-1 h-5 w-px bg-border" />
}

/** Reads everything that decides about an action, so that the button follows it. */
function useActionState(action: DesignerAction): { enabled: boolean; active: boolean } {
  const { actions } = useServices()
  useDesigner((state) => state)
  useUi((state) => state)
  return { enabled: isEnabled(action, actions), active: action.active?.(actions) ?? false }
}

function ToolButton({
  action,
  icon: Icon,
  className,
}: {
  action: DesignerAction
  icon: LucideIcon
  className?: string
}) {
  const act = useAct()
  const { enabled, active } = useActionState(action)
  const switches = action.active !== undefined
  return (
    <Tooltip content={<WithKeys action={action} />}>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={action.label}
        aria-pressed={switches ? active : undefined}
        disabled={!enabled}
        onClick={() => act(action)}
        className={cn(active && 'bg-primary-soft text-primary hover:bg-primary-soft hover:text-primary', className)}
      >
        <Icon aria-hidden />
      </Button>
    </Tooltip>
  )
}

export function WithKeys({ action }: { action: DesignerAction }) {
  const { actions } = useServices()
  const modKey = useModKey()
  const shortcut = action.shortcuts?.[0]
  return (
    <>
      {action.describe?.(actions) ?? action.label}
      {shortcut === undefined ? null : (
        <span className="font-normal opacity-70">{keysOf(shortcut, modKey).join(' ')}</span>
      )}
    </>
  )
}

/** Opens the picker above itself: the toolbar is where beginners look. */
function AddButton() {
  const { ui, actions, canvasElement } = useServices()
  return (
    <Tooltip
      content={
        <>
          Add a step<span className="font-normal opacity-70">/</span>
        </>
      }
    >
      <Button
        variant="primary"
        size="sm"
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect()
          const canvas = canvasElement.current?.getBoundingClientRect()
          if (canvas === undefined) return
          const { at } = actions.canvas.place()
          ui.getState().set({ picker: { place: { kind: 'free', at }, clientX: box.left, clientY: box.top - 12 } })
        }}
      >
        <Plus aria-hidden />
        Add
      </Button>
    </Tooltip>
  )
}

function ZoomLevel() {
  const act = useAct()
  const percent = useStore((state) => Math.round(state.transform[2] * 100))
  return (
    <Tooltip content={<WithKeys action={zoomResetAction} />}>
      <Button
        variant="ghost"
        size="sm"
        className="w-12 px-0 tabular-nums"
        aria-label={`Zoom ${percent} %. Zoom to 100 %`}
        onClick={() => act(zoomResetAction)}
      >
        {percent} %
      </Button>
    </Tooltip>
  )
}

const alignIcons: Record<string, LucideIcon> = {
  'align-left': AlignStartVertical,
  'align-centre': AlignCenterVertical,
  'align-right': AlignEndVertical,
  'align-top': AlignStartHorizontal,
  'align-middle': AlignCenterHorizontal,
  'align-bottom': AlignEndHorizontal,
  'distribute-horizontally': AlignHorizontalDistributeCenter,
  'distribute-vertically': AlignVerticalDistributeCenter,
}

function AlignMenu() {
  const { actions } = useServices()
  const act = useAct()
  const several = useDesigner((state) => state.selection.nodes.length > 1)
  const listed = arrangeActions.filter((action) => alignIcons[action.id] !== undefined)
  return (
    <DropdownMenu>
      <Tooltip content={several ? 'Align and distribute' : 'Align: select two or more steps'}>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon-sm" aria-label="Align and distribute" disabled={!several}>
            <AlignStartVertical aria-hidden />
          </Button>
        </DropdownMenuTrigger>
      </Tooltip>
      <DropdownMenuContent side="top" align="center" sideOffset={10}>
        {listed.map((action) => {
          const Icon = alignIcons[action.id] ?? AlignStartVertical
          return (
            <div key={action.id}>
              {action.id === 'distribute-horizontally' ? <DropdownMenuSeparator /> : null}
              <DropdownMenuItem disabled={!isEnabled(action, actions)} onSelect={() => act(action)}>
                <Icon aria-hidden />
                {action.label}
              </DropdownMenuItem>
            </div>
          )
        })}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
