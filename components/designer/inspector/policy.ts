import type { NodePolicy, RetryPolicy, WorkflowNode } from '@/lib/workflow/document'

export const DEFAULT_RETRY: RetryPolicy = {
  maxAttempts: 1,
  backoffMs: 1_000,
  factor: 2,
  maxBackoffMs: 300_000,
  jitter: true,
}

/** A node with another policy. What says only what holds anyway is left out, so that documents stay short. */
export function withPolicy(node: WorkflowNode, change: Partial<NodePolicy>): WorkflowNode {
  const { policy, ...rest } = node
  const merged: NodePolicy = { onError: 'fail', ...policy, ...change }
  const retry = merged.retry !== undefined && merged.retry.maxAttempts > 1 ? merged.retry : undefined
  const next: NodePolicy = {
    onError: merged.onError,
    ...(retry === undefined ? {} : { retry }),
    ...(merged.timeoutMs === undefined ? {} : { timeoutMs: merged.timeoutMs }),
    ...(merged.atMostOnce ? { atMostOnce: true } : {}),
  }
  const says = next.onError !== 'fail' || Object.keys(next).length > 1
  return says ? { ...rest, policy: next } : rest
}

/** One line about a policy that is not the ordinary one. */
export function policySummary(policy: NodePolicy | undefined): string {
  if (policy === undefined) return ''
  const parts: string[] = []
  if (policy.retry !== undefined && policy.retry.maxAttempts > 1) parts.push(`${policy.retry.maxAttempts} attempts`)
  if (policy.timeoutMs !== undefined) parts.push(`${policy.timeoutMs / 1_000} s at most`)
  if (policy.onError === 'continue') parts.push('goes on after an error')
  if (policy.onError === 'branch') parts.push('error has its own way')
  return parts.join(' · ')
}
