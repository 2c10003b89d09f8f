-- The attempt that wrote a checkpoint, so that one that is told twice is not counted as trained twice. Unknown for those from before.
ALTER TABLE "checkpoints" ADD COLUMN "term" INTEGER;
