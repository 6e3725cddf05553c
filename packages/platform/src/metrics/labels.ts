/**
 * Values of labels. Give every label of the metric, from a bounded set: never an id, a path with ids, a message, or what a
 * client said. Of the series beyond a thousand of a metric all are one, `other`.
 */
export type Labels = Readonly<Record<string, string | number>>;
