/**
 * The fields a schema names, without the index signature of a loose object: what passes on untouched at run time is
 * nothing that code here may lean on.
 */
export type Known<Fields> = {
  [Name in keyof Fields as string extends Name ? never : Name]: Fields[Name];
};
