import { type AstNode, walk } from './expression-ast'
import { ExpressionError } from './expression-error'
import { CONCAT, EQUALS, NOT_EQUALS, NOT_FUNCTIONS, ORDER_BY } from './expression-natives'
import { boundNames } from './expression-references'
import { compilePattern } from './expression-regex'
import { rewriteOrderBy } from './expression-sort'

/**
 * What keeps one author's expression from hurting anybody else. JSONata checks time only between its own steps, so whatever
 * can run long or grow large inside one step becomes a call of a function of ours; what reaches beyond the expression is
 * refused. Rewrites the tree in place; called once per expression, before its first evaluation.
 */
export function guardTree(ast: AstNode): void {
  const bound = boundNames(ast)
  if (bound.has('clone')) {
    // `| … |` copies what it changes by $clone; another $clone would let it change the outputs of other nodes.
    throw new ExpressionError('not_allowed', 'The name $clone cannot be given to something else.')
  }
  // Collected first: rewriting moves nodes, and nothing may be visited twice.
  const nodes: AstNode[] = []
  walk(ast, (node) => nodes.push(node))
  for (const node of nodes) refuse(node, bound)
  for (const node of nodes) rewrite(node)
}

function refuse(node: AstNode, bound: ReadonlySet<string>): void {
  const { position } = node
  if (node.type === 'regex') compilePattern(node.value, position)
  if (node.type === 'variable' && node.value === 'eval') {
    throw new ExpressionError('not_allowed', '$eval is left out: text is never run as an expression.', position)
  }
  if ((node.type === 'function' || node.type === 'partial') && node.procedure?.type === 'path') {
    // Calling data also marks it: JSONata writes the place of the call onto whatever is called.
    const name = String(node.procedure.steps?.at(-1)?.value ?? '')
    throw new ExpressionError('not_a_function', `Functions begin with a dollar sign: write $${name}( ).`, position)
  }
  if (node.type === 'partial' && (node.procedure?.type !== 'variable' || bound.has(String(node.procedure.value)))) {
    const message = 'Only built-in functions can be applied in part, like $substring(?, 0, 5).'
    throw new ExpressionError('not_allowed', message, position)
  }
}

function rewrite(node: AstNode): void {
  if (node.type === 'path') rewriteOrderBy(node, ORDER_BY)
  if (node.type === 'transform' && node.pattern) {
    // A pattern that gives a built-in function would change it for every expression of this process.
    node.pattern = call(NOT_FUNCTIONS, [node.pattern], node.position)
  }
  const { lhs, rhs } = node
  if (node.type !== 'binary' || !lhs || Array.isArray(lhs) || !rhs) return
  const name = node.value === '&' ? CONCAT : node.value === '=' ? EQUALS : node.value === '!=' ? NOT_EQUALS : undefined
  if (name === undefined || (name !== CONCAT && (isScalar(lhs) || isScalar(rhs)))) return
  delete node.lhs
  delete node.rhs
  Object.assign(node, call(name, [lhs, rhs], node.position))
}

/** Comparing with a fixed text or number is quick whatever the other side is. */
function isScalar(node: AstNode): boolean {
  return ['string', 'number', 'value'].includes(node.type)
}

function call(name: string, args: AstNode[], position: number | undefined): AstNode {
  return {
    type: 'function',
    value: '(',
    position,
    procedure: { type: 'variable', value: name, position },
    arguments: args,
  }
}
