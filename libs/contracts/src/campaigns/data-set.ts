import { z } from 'zod';

const counts = z.strictObject({
  /** Where the images come from. */
  from: z.string(),
  images: z.int().min(0),
  /** Images of each class, in the order of the classes. */
  byClass: z.array(z.int().min(0)),
});

/** What a campaign would read of a data set. */
export const DataSetReportSchema = z.strictObject({
  name: z.string(),
  classes: z.int().min(1),
  trainingImages: z.int().min(0),
  /** Of a user's own folder. */
  splits: z
    .strictObject({
      classNames: z.array(z.string()),
      training: counts,
      validation: counts,
      test: counts,
      /** What was not read, and classes that a split lacks, a sentence each. */
      remarks: z.array(z.string()),
    })
    .optional(),
});
export type DataSetReport = z.infer<typeof DataSetReportSchema>;

/**
 * The rule by which a user's own data are split and decoded. What is measured under one rule is not
 * reused under another: it is part of what a training and its results are known by. Undefined for
 * data sets that have splits of their own.
 */
export function splitRuleOf(data: string): 'stratified' | undefined {
  return data.includes('/') ? 'stratified' : undefined;
}
