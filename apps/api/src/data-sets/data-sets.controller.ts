import { DataSetReportSchema, type DataSetReport } from '@espalier/contracts';
import { DataSetError, dataSetFacts, type SplitFacts } from '@espalier/datasets';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { invalidFields } from '../problems/problem.js';

const DataSetQuery = z.strictObject({ name: z.string().min(1).max(200) });

@ApiTags('data sets')
@Controller('v1/data-sets')
export class DataSetsController {
  @Get()
  @ApiOkResponse({
    standardSchema: DataSetReportSchema,
    description: 'How many images of each split and class a data set has, as a campaign would read it.',
  })
  async report(@Query({ schema: DataSetQuery }) { name }: z.infer<typeof DataSetQuery>): Promise<DataSetReport> {
    const { classes, trainingImages, splits } = await dataSetFacts(name).catch((error: unknown) => {
      if (!(error instanceof DataSetError)) throw error;
      throw invalidFields([{ field: 'name', value: name, message: error.message }]);
    });
    return { name, classes, trainingImages, ...(splits && { splits: splitsOf(splits) }) };
  }
}

function splitsOf({ classNames, counts, from, remarks }: SplitFacts): DataSetReport['splits'] {
  const split = (part: keyof SplitFacts['counts']) => ({
    from: from[part],
    images: counts[part].reduce((sum, count) => sum + count, 0),
    byClass: [...counts[part]],
  });
  return {
    classNames: [...classNames],
    training: split('training'),
    validation: split('validation'),
    test: split('test'),
    remarks: [...remarks],
  };
}
