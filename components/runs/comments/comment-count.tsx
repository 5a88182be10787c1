import { MessageSquare } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { commentsText } from './anchor'

export interface CommentCountProps {
  count: number
  /** What they are about, in words. */
  about: string
  onOpen: () => void
  className?: string
}

/** How many comments there are about something; opens them. Without any it offers to write one. */
export function CommentCount({ count, about, onOpen, className }: CommentCountProps) {
  return (
    <Button
      size="xs"
      variant="ghost"
      aria-label={count === 0 ? `Comment on ${about}` : `${commentsText(count)} on ${about}`}
      onClick={onOpen}
      className={cn('h-5 gap-1 px-1 text-2xs tabular-nums', count > 0 && 'text-primary', className)}
    >
      <MessageSquare aria-hidden className="size-3" />
      {count > 0 ? count : null}
    </Button>
  )
}
