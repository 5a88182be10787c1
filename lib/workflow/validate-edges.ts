import { compile, type GraphProblem, type Plan, type PlanEdge } from '../engine/graph'
import { nodeType } from '../nodes/registry'
import type { Problem, WorkflowDefinition, WorkflowNode } from './document'

/** Edges that join what cannot be joined. */
export function edgeProblems(definition: WorkflowDefinition): Problem[] {
  const nodes = new Map(definition.nodes.map((node) => [node.id, node]))
  const problems: Problem[] = []
  const seen = new Set<string>()
  definition.edges.forEach((edge, index) => {
    const at = { edgeId: edge.id, severity: 'error' } as const
    const source = nodes.get(edge.source)
    const target = nodes.get(edge.target)
    if (!source || !target) {
      const [end, missing] = source ? (['target', edge.target] as const) : (['source', edge.source] as const)
      problems.push({
        ...at,
        path: `edges.${index}.${end}`,
        code: 'dangling_edge',
        message: `The edge ${edge.id} names the node "${missing}", which does not exist.`,
      })
      return
    }
    const ports = portsOf(source)
    if (!ports.includes(edge.sourcePort)) {
      const known = ports.length > 0 ? ` It has ${ports.map((port) => `"${port}"`).join(', ')}.` : ' It has none.'
      problems.push({
        ...at,
        path: `edges.${index}.sourcePort`,
        nodeId: source.id,
        code: 'unknown_port',
        message: `${source.name} has no port "${edge.sourcePort}".${known}`,
      })
    }
    if (nodeType(target.type)?.hasInput === false) {
      problems.push({
        ...at,
        path: `edges.${index}.target`,
        nodeId: target.id,
        code: 'no_input',
        message: `Nothing may lead to ${target.name}: it is where a run begins.`,
      })
    }
    const key = JSON.stringify([edge.source, edge.sourcePort, edge.target])
    if (seen.has(key))
      problems.push({
        ...at,
        path: `edges.${index}`,
        code: 'duplicate_edge',
        message: `${source.name} leads to ${target.name} twice from the same port.`,
      })
    seen.add(key)
  })
  return problems
}

/** What is wrong with the graph as a whole: its start and end, its loops, what never runs. */
export function graphProblems(definition: WorkflowDefinition): Problem[] {
  const { plan, problems } = compile(definition)
  const found: Problem[] = problems
    .filter((problem) => problem.code !== 'dangling_edge') // told with its path by edgeProblems
    .map(({ nodeId, edgeId, code, message }) => ({
      path: pathOf(definition, { nodeId, edgeId, code }),
      ...(edgeId === undefined ? {} : { edgeId }),
      ...(nodeId === undefined ? {} : { nodeId }),
      severity: 'error',
      code,
      message,
    }))
  const indexOf = (id: string) => definition.nodes.findIndex((node) => node.id === id)
  const starts = definition.nodes.filter((node) => node.type === 'start')
  for (const extra of starts.slice(1)) {
    found.push({
      path: `nodes.${indexOf(extra.id)}`,
      nodeId: extra.id,
      severity: 'error',
      code: 'several_starts',
      message: 'A workflow has one Start node; remove the others.',
    })
  }
  if (starts.length > 0) {
    for (const id of plan.neverIds) {
      const name = definition.nodes[indexOf(id)]?.name ?? id
      const around = plan.nodes.get(id)?.containers.at(-1)
      const from = around === undefined ? 'Start' : `the first step inside ${definition.nodes[indexOf(around)]?.name}`
      found.push({
        path: `nodes.${indexOf(id)}`,
        nodeId: id,
        severity: 'warning',
        code: 'unreachable',
        message: `${name} never runs: no path leads to it from ${from}.`,
      })
    }
  }
  for (const edge of leavingEdges(plan)) {
    const name = (id: string) => definition.nodes[indexOf(id)]?.name ?? id
    found.push({
      path: `edges.${definition.edges.findIndex((each) => each.id === edge.id)}`,
      edgeId: edge.id,
      nodeId: edge.target,
      severity: 'warning',
      code: 'leaves_loop',
      message: `${name(edge.target)} is outside of the loop that ${name(edge.source)} is in, because nothing leads back from it: it runs once, not on every turn. Let it lead on to a step of the loop if it is part of a turn.`,
    })
  }
  if (definition.nodes.length > 0 && !definition.nodes.some((node) => node.type === 'end')) {
    found.push({
      path: 'nodes',
      severity: 'warning',
      code: 'no_end',
      message: 'There is no End node: the run ends when nothing is left to do, with no output.',
    })
  }
  return found
}

/** Edges out of a loop by a port that also leads on in it: the same turn goes on, so they are taken turn after turn, and count once. */
function leavingEdges(plan: Plan): PlanEdge[] {
  return [...plan.nodes.values()].flatMap(({ outgoing }) =>
    outgoing.filter((edge) => {
      const outermost = edge.exits.at(-1)
      if (outermost === undefined || edge.back) return false
      return outgoing.some((other) => other.port === edge.port && !other.exits.includes(outermost))
    }),
  )
}

function pathOf(definition: WorkflowDefinition, problem: Pick<GraphProblem, 'nodeId' | 'edgeId' | 'code'>): string {
  const { nodeId, edgeId, code } = problem
  if (edgeId !== undefined) return `edges.${definition.edges.findIndex((edge) => edge.id === edgeId)}`
  if (nodeId === undefined) return 'nodes'
  const path = `nodes.${definition.nodes.findIndex((node) => node.id === nodeId)}`
  return code === 'bad_parent' ? `${path}.parentId` : path
}

/** The ports that edges may leave a node by: those of its type, and `error` when its errors branch. */
function portsOf(node: Pick<WorkflowNode, 'type' | 'config' | 'policy'>): string[] {
  const ports = nodeType(node.type)
    ?.ports(node.config)
    .map((port) => port.name) ?? ['out']
  return node.policy?.onError === 'branch' ? [...ports, 'error'] : ports
}
