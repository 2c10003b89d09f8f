-- Word that is still to be sent of events: written with the event, removed when it has arrived.
CREATE TABLE "notifications" (
    "event_id" BIGINT NOT NULL,
    "notice" TEXT NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_try_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "notifications_pkey" PRIMARY KEY ("event_id")
);

CREATE INDEX "notifications_next_try_at_idx" ON "notifications"("next_try_at");
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "events"("id") ON DELETE CASCADE ON UPDATE CASCADE;
