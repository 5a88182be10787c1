'use client'

import { ChevronDown } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from '@/components/ui/dropdown-menu'
import { useInspectorScope } from '../inspector-context'
import type { ControlProps } from './control-props'
import { TemplateControl } from './template-control'

/** The name of a model: known ones are offered, any other can be written. */
export function ModelControl(props: ControlProps) {
  const scope = useInspectorScope()
  const known = props.field.examples.filter((example): example is string => typeof example === 'string')
  return (
    <div className="flex gap-1">
      <div className="min-w-0 flex-1">
        <TemplateControl {...props} />
      </div>
      {known.length === 0 ? null : (
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button size="icon" aria-label="Known models" disabled={scope.readOnly}>
              <ChevronDown aria-hidden />
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent align="end">
            {known.map((model) => (
              <DropdownMenuItem key={model} onSelect={() => props.onChange(model, { whole: true })}>
                <span className="font-mono text-xs">{model}</span>
              </DropdownMenuItem>
            ))}
          </DropdownMenuContent>
        </DropdownMenu>
      )}
    </div>
  )
}
