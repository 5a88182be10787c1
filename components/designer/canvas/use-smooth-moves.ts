import { useCallback } from 'react'

/**
 * While the canvas moves, its drawing is one picture that is shifted and scaled; painted anew only when it rests. Without
 * this every frame of a pan would paint every card. Kept on for ever it would leave the text blurred after a zoom.
 */
export function useSmoothMoves(element: { readonly current: HTMLElement | null }) {
  const onMoveStart = useCallback(() => {
    if (element.current !== null) element.current.dataset.moving = ''
  }, [element])
  const onMoveEnd = useCallback(() => {
    if (element.current !== null) delete element.current.dataset.moving
  }, [element])
  return { onMoveStart, onMoveEnd }
}
