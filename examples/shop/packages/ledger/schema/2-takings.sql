CREATE VIEW takings AS
SELECT day, count(*) AS receipts, sum(cents)::integer AS cents FROM sale GROUP BY day;
