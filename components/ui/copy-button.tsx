'use client'

import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button, type ButtonProps } from './button'
import { copyText } from './copy-text'
import { toast } from './toast'
import { Tooltip } from './tooltip'

export interface CopyButtonProps extends Omit<ButtonProps, 'value' | 'onClick' | 'children'> {
  /** The text, or a function for text that is costly to make. */
  value: string | (() => string)
  /** What is copied, in the tooltip and for assistive technology: "Copy run id". */
  label?: string
  /** Words beside the icon. */
  text?: string
}

/** Copies and says so for two seconds. */
export function CopyButton({ value, label = 'Copy', text, size, variant = 'ghost', ...props }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2_000)
    return () => clearTimeout(timer)
  }, [copied])

  async function copy() {
    const done = await copyText(typeof value === 'function' ? value() : value)
    if (done) setCopied(true)
    else toast.error('The browser did not allow copying. Select the text and copy it yourself.')
  }

  const button = (
    <Button
      size={size ?? (text ? 'sm' : 'icon-sm')}
      variant={variant}
      aria-label={text ? undefined : label}
      onClick={() => void copy()}
      {...props}
    >
      {copied ? <Check aria-hidden className="text-success" /> : <Copy aria-hidden />}
      {text ? <span aria-live="polite">{copied ? 'Copied' : text}</span> : null}
      {text ? null : (
        <span aria-live="polite" className="sr-only">
          {copied ? 'Copied' : ''}
        </span>
      )}
    </Button>
  )
  return text ? button : <Tooltip content={copied ? 'Copied' : label}>{button}</Tooltip>
}
